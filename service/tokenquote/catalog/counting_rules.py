"""Fill in what counting rules name: chat templates, and fits of recorded bills.

Templates are `templates/*.jinja`, read when the rule that names one is; fits stand in calibration.yaml.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from tokenquote.catalog.schema.calibration import CalibratedFamily, Fit
from tokenquote.catalog.schema.counting import CountingRule

__all__ = ["dangling_fits", "with_fit", "with_template"]

MAX_TEMPLATE_BYTES = 256 * 1024


def with_template(
    rule: CountingRule, where: str, catalogs: Sequence[Mapping[str, bytes]], problems: list[str]
) -> CountingRule:
    """Return the rule with the text of its template, from the first of the catalogs that has the file.

    A template that cannot be used is added to `problems`, one sentence each; `catalogs` are the files of each
    catalog by their paths.
    """
    if rule.template is None:
        return rule
    name = f"templates/{rule.template.file}"
    content = next((files[name] for files in catalogs if name in files), None)
    if content is None:
        problems.append(f"counting.yaml: {where}.template.file: there is no {name}")
        return rule
    if len(content) > MAX_TEMPLATE_BYTES:
        problems.append(f"{name}: more than {MAX_TEMPLATE_BYTES} bytes")
        return rule
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except ValueError:
        problems.append(f"{name}: not UTF-8")
        return rule
    return rule.model_copy(update={"template": rule.template.model_copy(update={"text": text})})


def with_fit(
    name: str, rule: CountingRule, families: Mapping[str, CalibratedFamily], fits: Mapping[str, Fit]
) -> CountingRule:
    """Return the rule with its fit; without one it is `assumed`, whatever other rules of its family are."""
    use, fit = rule.calibration, fits.get(name)
    if use is None:
        return rule
    if fit is None:
        return rule.model_copy(update={"method": "assumed"})
    family = families[fit.family]
    fitted = use.model_copy(update={"fit": fit, "texts": family})
    return rule.model_copy(
        update={"calibration": fitted, "method": "calibrated", "vocabulary": family.vocabulary}
    )


def dangling_fits(
    rules: Mapping[str, CountingRule],
    families: Mapping[str, CalibratedFamily],
    fits: Mapping[str, Fit],
    vocabularies: Container[str],
) -> Iterable[str]:
    """Yield a sentence for whatever calibration.yaml and counting.yaml wrongly say of each other."""
    for name, fit in fits.items():
        use = rules[name].calibration if name in rules else None
        if fit.family not in families:
            yield f"generated/calibration.yaml: fits.{name}.family: there is no family {fit.family!r}"
        elif use is not None and use.family != fit.family:
            yield f"counting.yaml: counting.{name}.calibration.family: its fit is of {fit.family!r}"
    for name, family in families.items():
        if family.vocabulary not in vocabularies:
            where = f"generated/calibration.yaml: families.{name}.vocabulary"
            yield f"{where}: vocabularies.yaml has no {family.vocabulary!r}"
    for name, rule in rules.items():
        exact = rule.calibration.exact_vocabulary if rule.calibration is not None else None
        if exact is not None and exact not in vocabularies:
            where = f"counting.{name}.calibration.exact_vocabulary"
            yield f"counting.yaml: {where}: vocabularies.yaml has no {exact!r}"
