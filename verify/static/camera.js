// A paper in front of the camera: one key takes it, one keeps it. Without a camera the field for files is there as ever.
"use strict";

function offerCamera(box) {
  const part = (name) => box.querySelector(`[data-camera-${name}]`);
  const form = box.closest("form");
  const video = box.querySelector("video");
  const canvas = box.querySelector("canvas");
  const plain = form.querySelector("[data-once]");
  let stream = null;

  const showing = (taken) => {
    video.hidden = part("take").hidden = taken;
    canvas.hidden = part("use").hidden = part("again").hidden = !taken;
    (taken ? part("use") : part("take")).focus();
  };

  const open = async () => {
    part("none").hidden = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 } } });
    } catch {
      part("none").hidden = false;
      return;
    }
    part("take").disabled = true;
    part("open").hidden = plain.hidden = true;
    part("view").hidden = false;
    video.srcObject = stream;
  };

  const close = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    form.elements.kamera.value = "";
    form.elements.picture.value = "";
    part("view").hidden = true;
    part("open").hidden = plain.hidden = false;
    part("open").focus();
  };

  const ready = () => {
    part("take").disabled = false;
    showing(false);
  };

  const take = () => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], "kamera.jpg", { type: "image/jpeg" }));
      form.elements.picture.files = files.files;
      form.elements.kamera.value = "ya";
      showing(true);
    }, "image/jpeg", 0.92);
  };

  const again = () => {
    form.elements.picture.value = "";
    form.elements.kamera.value = "";
    showing(false);
  };

  video.addEventListener("loadeddata", ready);
  part("open").addEventListener("click", open);
  part("close").addEventListener("click", close);
  part("take").addEventListener("click", take);
  part("again").addEventListener("click", again);
  box.addEventListener("keydown", (event) => event.key === "Escape" && stream && close());
  window.addEventListener("pagehide", () => stream && close());
  box.hidden = false;
  if (box.dataset.camera) open();
}

if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) document.querySelectorAll("[data-camera]").forEach(offerCamera);
