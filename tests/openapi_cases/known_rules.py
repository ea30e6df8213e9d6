"""The rules of bodies that JSON Schema cannot say, by what a problem document says of them.

A body that the OpenAPI document allows may be refused by one of these alone. Each row is the pointer and the
whole message of one rule: an error of another place, or with another message, is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["RULES", "find_rule", "is_refused_by_rule"]

_PLAN = r"(/plan|/break_even/plan)?"
_ASKED_PLAN = rf"{_PLAN}(/agents/\d+)?"
_FORMAT = r"no such format; (some of those known: |near names: ).*"
_MORE_BYTES = r"more than 2\^53 bytes(, 9007199254740992)?"

RULES: Mapping[str, tuple[str, str]] = {
    # Numbers that are compared with each other, added up or multiplied.
    "the numbers of a range stand in order": (
        r"(/[\w~]+)+",
        r"state a `mode` from `min` to `max`|state a `p50` above 0, and a `p90` that is no less than it",
    ),
    "a part is no more than the whole": (
        r"",
        r"`(prompt|shared_prefix)_tokens` (is|are) part of `context_tokens`, "
        r"(which is less|and cannot be more)",
    ),
    "a summary keeps fewer turns than it is made of": (
        rf"{_ASKED_PLAN}/history/keep",
        r"at least `every` \(\d+\): a summary would condense nothing; state less",
    ),
    "pieces overlap by less than their length": (
        rf"{_PLAN}/workflow/overlap",
        r"at least `chunk` \(\d+\): the pieces would make no headway; state less",
    ),
    "all models together make no more requests than a quote": (
        rf"{_PLAN}/(workflow|turns)",
        r"the plan makes \d+ requests for its \d+ models; a quote holds 100000",
    ),
    "a model that makes images is known by their tokens": (
        rf"{_ASKED_PLAN}/turns/\d+/assistant(/\d+)?",
        r"the catalog does not know the tokens of such an image of this model: state "
        r"((`\w+`, )*`\w+` as the provider does, or )?its `tokens`",
    ),
    "a tree is no larger than a quote": (
        rf"{_PLAN}/workflow/breadth",
        r"with a depth of \d+ the tree makes (more than 10\^\d+|\d+) requests; a quote holds 100000: .*",
    ),
    "segments divide the dimension": (r"/segments", r"\d+ dimensions do not divide into \d+ segments"),
    "what is counted stays below 2^53 bytes": (
        r"/(vectors|sequences|batch_size|concurrency|header/tensors(/\d+)?)",
        rf"(the index|the cache|a GPU|weights and cache) would (take|hold) {_MORE_BYTES}|{_MORE_BYTES}|"
        r"more than 2\^53 elements",
    ),
    "a search ends": (
        r"/limit",
        r"the search would quote more than [\d,]+ requests in all: state a smaller limit",
    ),
    "a file is base64": (r"(/\w+)*/data", r"not base64(: cut off within a byte)?"),
    # Names that have to differ, and places that have to exist.
    "names differ": (
        r"/(variants|files|mcp_tools(/result/tools|/tools)?)/\d+/name",
        r"another variant has this name|an earlier (file|tool) has this name",
    ),
    "a pointer leads to something in the plan": (r"/at", r"the plan has nothing at /.*"),
    "only the first turn after a start has no question": (
        rf"{_ASKED_PLAN}/turns/\d+/user",
        r"missing; only the first turn after a `start` may go without",
    ),
    "a plan whose cost is certain has no percentiles": (
        r"/limit/cost_p90",
        r"the plan has neither a range nor `retries`, so that its cost is certain: state `cost`",
    ),
    "draws are of something that is not certain": (
        rf"{_PLAN}/(samples|seed)",
        r"without effect, as the plan has neither a range nor `retries`; leave it out",
    ),
    "a call starts an agent of the plan": (
        rf"{_ASKED_PLAN}/turns/\d+/tool_rounds/\d+/calls/\d+/agent",
        r"the plan has no such agent.*",
    ),
    # What the catalog has, which differs from service to service.
    "a provider is one of the catalog": (
        rf"{_PLAN}/models/providers/\d+",
        r"no provider of the catalog: [\w, -]+",
    ),
    "a provider of a query is one of the catalog": (
        r"",
        r"query parameter provider: the catalog has no such provider(; there are [\w, -]+|.*)",
    ),
    "a model is offered in some modes": (rf"({_PLAN})/mode", r"the model is offered in: [\w-]+(, [\w-]+)*"),
    "a region has a price": (
        rf"{_PLAN}/region",
        r"of the regions of this model, those with a price of their own are: [\w, -]+; "
        r"leave `region` out elsewhere",
    ),
    "a GPU is one of the catalog": (
        r"/(gpu|gpus/\d+|among/\d+)",
        r"no such GPU; (near names: [\w, .-]+; )?GET /v1/gpus lists all",
    ),
    "a GPU has a speed": (r"/break_even", r"no source says how fast .* is: there is nothing to compare"),
    "a GPU has a price": (
        r"/break_even/gpu_price_per_hour",
        r"the catalog has no price for [\w.-]+: state what an hour of one costs",
    ),
    "a number format is one of the catalog": (
        r"/((kv_|value_|objective/rollout/cache_)?(dtype)|quantization(/\d+)?)",
        _FORMAT,
    ),
    "a tensor's type is one of the catalog": (r"/header/tensors/\d+", r"type '.*' is not known"),
    "a model has a rule for such media": (
        r"(/\w+)*/\d+",
        r"the catalog has no rule for (images|audio|videos|documents|the speech) of .*: "
        r"plan it as `tokens`, or .*",
    ),
    "a model takes images of some sizes": (
        r"(/\w+)*/\d+",
        r"[\w./-]+ would refuse this image: \d+ x \d+ pixels, at most \d+ a side",
    ),
    "an engine has versions": (r"/engine/version", r"no version of [\w.]+ that is known; known: .*"),
    "an engine has options of its own": (
        r"/(engine/)?\w+",
        r"[\w.]+ holds all layers and their cache on the GPUs: leave it out, .*|"
        r"[\w.]+ has no such option: leave it out(, or state `engine\.name` vllm or sglang)?|"
        r"[\w.]+ is counted as splitting a model by layers: state `pipeline_parallel`, or `gpu_count`",
    ),
    "a quote has been made here": (
        r"/quote_id",
        r"none of the latest [\d,]+ quotes that were made here: ask for the quote again .*",
    ),
    # What the asked model is.
    "a model divides over some numbers of GPUs": (
        r"/(tensor|pipeline)_parallel",
        r"\d+ [\w ]+ do not divide over \d+ GPUs(; engines refuse that)?|\d+ stages for \d+ layers",
    ),
    "a number of GPUs is the product of its factors": (
        r"/(gpu_count|gpus|tensor_parallel|pipeline_parallel|data_parallel)",
        r"[\w` ×]+ does not make \d+ GPUs: .*|"
        r"the model cannot be spread over \d+ GPUs( as asked|; name fewer)",
    ),
    "no more layers are put on GPUs than the model has": (
        r"/gpu_layers",
        r"the model has \d+ layers and its output, so at most \d+; .*",
    ),
    "some models have experts": (
        r"/(expert|data)_parallel",
        r"the model has no experts to spread|without experts each group of GPUs holds the whole model: .*",
    ),
    "some models have public weights": (
        r"/(model|speculation/draft_model)",
        r"the catalog knows no public weights of .*: post its config\.json as `architecture`",
    ),
    "a model fits on the GPUs": (
        r"/break_even",
        r"the model does not fit on these GPUs: there is nothing to compare",
    ),
    "a break-even has no draws": (
        r"/break_even/plan(/.*)?",
        r"ranges and `retries` in a break-even: not yet offered; state a number, such as the mean",
    ),
    "some models predict further tokens": (
        r"/prediction_layers",
        r"the model's config names no layers that predict further tokens",
    ),
    "some models have an encoder": (
        r"/decoder_tokens",
        r"the model has no encoder whose text a decoder answers: state `sequence_tokens` alone",
    ),
    "some models make images": (
        r"/image",
        r"only a diffusion pipeline makes images: post its model_index\.json as `architecture`",
    ),
    "a model has matrices of some names": (r"/lora/targets", r"no matrix is one of: .*; the model's are .*"),
    # What a schema could say, were it not for its size: each such rule doubles the branches of the body.
    "the ways of a training step go together": (
        r"/(optimizer_step|gradient_accumulation_steps|zero_stage|offload|objective/rollout/engine)",
        r"only adamw steps in one of these ways: leave it out with [\w-]+|"
        r"each weight steps by itself in the backward pass: leave one of the two out|"
        r"gradients that are added up cannot be stepped in the backward pass: .*|"
        r"ZeRO steps its shard after the backward pass: .*|"
        r"paged states are in the host's memory already: .*|"
        r"only ZeRO and FSDP offload: state `zero_stage` from 1 to 3|"
        r"weights are offloaded at stage 3 only: .*|"
        r"the weights that generate lie in the host's memory: .*",
    ),
    # Bodies of other people's formats, which the document does not repeat.
    "a model's own config.json, whose members depend on its kind": (
        r"(/\w+)*/architecture",
        r"missing: \w+(, \w+)*",
    ),
    "the keys of a GGUF file depend on its architecture": (
        r"/header/metadata(/.*)?",
        r"missing: .*|no such architecture.*",
    ),
    "the body of an API has that API's members": (
        r"((/\w+)*/body|)/(messages|contents|input|input/converse|prompt|query)",
        r"an? [\w.]+ body (has|is the model's own:) .*|this body has `prompt`: .*",
    ),
    "a tool definition is one of a known API": (
        r"((/\w+)*/body)?/tools/\d+",
        r"a tool definition has a `name`; the tools of every known format are read",
    ),
    "a usage object is one that a provider sends": (
        r"/usage",
        r"no usage object of a known form; is it the member .*",
    ),
    "a usage object is of the stated format": (
        r"/format",
        r"this usage looks like [\w.]+; state that, or leave `format` out",
    ),
    "a file is one of a known format": (
        r"(/\w+)*/data",
        r"not a PDF document, nor a text|not a PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC image|"
        r"not a WAV, MP3, FLAC, Ogg, M4A or AIFF audio file|"
        r"not an MP4 or QuickTime video; state its `seconds`",
    ),
}
"""Each rule in words, with the regular expressions of its pointer and of its message, both whole."""


def is_refused_by_rule(problem: Mapping[str, Any]) -> bool:
    """Return whether each error of a problem document is of a known rule; that of a query is its detail."""
    of_query = {"pointer": "", "detail": problem.get("detail", "")}
    return all(find_rule(error) is not None for error in problem.get("errors") or [of_query])


def find_rule(error: Mapping[str, Any]) -> str | None:
    """Return the rule that an error is of, in words; None: it is of no known rule."""
    for words, (pointer, message) in RULES.items():
        if re.fullmatch(pointer, error["pointer"]) and re.fullmatch(message, error["detail"], re.DOTALL):
            return words
    return None
