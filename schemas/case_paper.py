"""Pictures of papers as the API lists them: what, when, by whom, and the fingerprint; the picture itself is fetched."""

from collections.abc import Iterable
from typing import Any

from marshmallow import Schema, fields

from workflows.papers import KeptPaper


class CasePaperSchema(Schema):
    """One picture. A removed one says when, by whom and why; its content is gone."""

    handle = fields.String()
    paper = fields.String()
    kind = fields.String()
    way = fields.String()
    size = fields.Integer(metadata={"description": "bita"})
    sha256 = fields.String()
    kept_at = fields.DateTime()
    kept_by = fields.String()
    removed_at = fields.DateTime(allow_none=True)
    removed_by = fields.String(allow_none=True)
    removed_reason = fields.String(allow_none=True)


class CasePaperListSchema(Schema):
    """All pictures of a case, in the order they came."""

    papers = fields.List(fields.Nested(CasePaperSchema))


def listed(papers: Iterable[KeptPaper]) -> dict[str, Any]:
    """Ready for ``CasePaperListSchema``."""
    return {"papers": [_facts(paper) for paper in papers]}


def _facts(paper: KeptPaper) -> dict[str, Any]:
    same = ("handle", "size", "sha256", "kept_at", "kept_by", "removed_at", "removed_by", "removed_reason")
    named = {"paper": paper.type.value, "kind": paper.kind.value, "way": paper.way.value}
    return {name: getattr(paper, name) for name in same} | named
