"""What a training step optimises, where it is more than the next token: preferences and rewards.

Each needs models beside the one that is trained, and PPO and GRPO generate answers in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from tokenquote_client.memory import Subject
from tokenquote_client.wire_types import UNION_MEMBER, Sent

__all__ = ["Dpo", "Grpo", "Objective", "Ppo", "Rollout"]

AnswerTokens = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class Rollout(Sent):
    """The answers that the model generates on each GPU before it is trained on them."""

    sequences: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    """The number of answers that one GPU generates at the same time."""
    prompt_tokens: AnswerTokens
    """The length of each prompt in tokens."""
    answer_tokens: AnswerTokens
    """The most tokens of each answer."""
    cache_dtype: str = Field(default="bf16", min_length=1, max_length=32)
    """The number format of the KV cache; `bf16` by default."""
    engine: Literal["transformers", "vllm"] = "transformers"
    """What generates: `transformers`, the default, with the very weights that are trained; `vllm` on the same
    GPU (colocated), with a 16-bit copy of all weights that stays through the whole step."""


class Dpo(Sent):
    """Direct preference optimisation: a chosen and a rejected answer, beside a frozen reference model."""

    kind: Literal["dpo"]
    """The objective, which is `dpo`: direct preference optimisation. `batch_size` counts pairs, so that a
    step runs twice as many sequences."""
    reference: Literal["copy", "adapters_off", "precomputed"] | None = None
    """Where the reference's probabilities come from: `copy` is a frozen copy of the model, `adapters_off` the
    same weights without their adapters, `precomputed` a pass before training. Null, the default:
    `adapters_off` with `lora`, else `copy`."""


class Ppo(Sent):
    """Proximal policy optimisation: a critic that is trained too, a reference and a reward model."""

    kind: Literal["ppo"]
    """The objective, which is `ppo`: proximal policy optimisation."""
    rollout: Rollout
    """The generation between training steps."""
    critic: Subject | None = None
    """The model that estimates values, trained as the policy is; null, the default: one like the policy."""
    reward_model: Subject | None = None
    """The frozen model that rates answers; null, the default: one like the policy."""


class Grpo(Sent):
    """Group relative policy optimisation: answers are compared within a group, without a critic."""

    kind: Literal["grpo"]
    """The objective, which is `grpo`: group relative policy optimisation."""
    rollout: Rollout
    """The generation between training steps; a group is several of its sequences."""
    reference: bool = False
    """Whether a frozen reference model stands beside the policy, for a penalty on the distance to it; false
    by default, as in TRL, whose `beta` is 0. With `lora` it is the model without its adapters and takes
    nothing."""
    reward_model: Subject | None = None
    """The frozen model that rates answers; null, the default: a function does, which takes no memory."""


def _kind(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"{UNION_MEMBER}{kind}" if isinstance(kind, str) else None


Objective = Annotated[
    Annotated[Dpo, Tag("~dpo")] | Annotated[Ppo, Tag("~ppo")] | Annotated[Grpo, Tag("~grpo")],
    # A message of our own: pydantic's would repeat whatever was sent.
    Discriminator(
        _kind,
        custom_error_type="objective",
        custom_error_message="an objective has a `kind`: dpo, ppo or grpo",
    ),
]
