"""The model that a question names; where it is not known, the error says where it was named."""

from __future__ import annotations

from tokenquote.api.plan_errors import Location
from tokenquote.catalog import AmbiguousModel, Catalog, Model, UnknownModel

__all__ = ["asked_model"]


def asked_model(catalog: Catalog, name: str, at: Location = ("model",)) -> Model:
    """The model of this id, alias or bare name.

    Raises:
        UnknownModel, AmbiguousModel: with the place `at` in the question.
    """
    try:
        return catalog.resolve(name)
    except (UnknownModel, AmbiguousModel) as error:
        error.location = at
        raise
