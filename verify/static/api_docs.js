// Swagger UI on our own description; it asks nobody else, and keeps no key after the page is closed.
window.addEventListener("DOMContentLoaded", () => {
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#api",
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    validatorUrl: null,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: true,
    persistAuthorization: false,
  });
});
