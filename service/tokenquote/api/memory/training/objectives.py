"""The models beside the one that is trained, and the answers that it generates: DPO, PPO and GRPO."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tokenquote.api.memory import read_config, resolve_subject
from tokenquote.api.memory.training.runs import frozen_format, training_run
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    Architecture,
    CachePlan,
    Formats,
    kv_cache,
    parameters,
    read_architecture,
    read_cache_layout,
    tensors,
    weigh,
)
from tokenquote.memory.training import (
    OPTIMIZERS,
    Implementation,
    Parts,
    StepMoment,
    TrainingRun,
    moments,
    states,
)
from tokenquote_client.memory import Subject
from tokenquote_client.training import TrainingQuestion
from tokenquote_client.training_objectives import Dpo, Grpo, Ppo, Rollout

__all__ = ["Ensemble", "ensemble"]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The trained model with all that stands beside it."""

    policy: TrainingRun
    critic: TrainingRun | None = None
    """The second model that is trained (PPO)."""
    rollout: Parts = field(default_factory=dict)
    """What only generation holds: the KV cache and the logits of a step; empty: nothing is generated."""

    @property
    def trained(self) -> int:
        """The weights that are trained."""
        return self.policy.trained + (self.critic.trained if self.critic else 0)

    @property
    def host_bytes(self) -> int:
        """The bytes in the host's memory for each GPU."""
        return sum(_held(run)["host"] for run in (self.policy, self.critic) if run is not None)

    def moments(self, implementation: Implementation) -> dict[StepMoment, Parts]:
        """Return the bytes on each GPU, moment by moment and part by part.

        Policy and critic go through a step together, as TRL wraps them in one model.
        """
        found = moments(self.policy, implementation)
        if self.critic is not None:
            for moment, parts in moments(self.critic, implementation).items():
                found[moment] |= {f"critic_{part}": size for part, size in parts.items()}
        if self.rollout:
            found["rollout"] = {**self._at_rest(), **self.rollout}
        return found

    def _at_rest(self) -> Parts:
        """Return what is held between steps: weights and states, and all other models."""
        parts = {part: size for part, size in _held(self.policy).items() if part != "host"}
        if self.critic is not None:
            critic = _held(self.critic)
            parts |= {f"critic_{part}": size for part, size in critic.items() if part != "host"}
        return {part: size for part, size in {**parts, **self.policy.other_models}.items() if size}


def ensemble(question: TrainingQuestion, policy: TrainingRun, catalog: Catalog, formats: Formats) -> Ensemble:
    """Return the policy with the models that its objective needs.

    Raises:
        LocatedError: a model beside it, or the format of the cache, is unknown or wrong.
    """
    objective = question.objective
    if objective is None:
        return Ensemble(policy)
    if isinstance(objective, Dpo):
        copies = objective.reference == "copy" or (objective.reference is None and question.lora is None)
        others = {"reference": _frozen(policy.architecture, question, policy, formats)} if copies else {}
        return Ensemble(replace(policy, other_models=others))
    with under("objective", "rollout"):
        generated, copy = _rollout(objective.rollout, question, policy, catalog, formats)
    others = {**copy, **_judges(objective, question, policy, catalog, formats)}
    critic = _critic(objective, question, policy, catalog, formats) if isinstance(objective, Ppo) else None
    return Ensemble(replace(policy, other_models=others), critic, generated)


def _judges(
    objective: Ppo | Grpo, question: TrainingQuestion, policy: TrainingRun, catalog: Catalog, formats: Formats
) -> Parts:
    """Return the bytes of reference and reward model; adapters that are turned off are a reference."""
    found = {}
    refers = isinstance(objective, Ppo) or objective.reference
    if refers and question.lora is None:
        found["reference"] = _frozen(policy.architecture, question, policy, formats)
    if objective.reward_model is not None or isinstance(objective, Ppo):
        judge = _other(objective.reward_model, "reward_model", policy, catalog)
        found["reward_model"] = _frozen(judge, question, policy, formats)
    return found


def _critic(
    objective: Ppo, question: TrainingQuestion, policy: TrainingRun, catalog: Catalog, formats: Formats
) -> TrainingRun:
    """Return the critic, trained as the policy is, with one value for each token in place of logits."""
    architecture = _other(objective.critic, "critic", policy, catalog)
    run = training_run(question, architecture, formats)
    # What scores one number per token keeps no logits: the fused loss of a vocabulary of one.
    return replace(run, architecture=replace(architecture, vocabulary=1))


def _other(subject: Subject | None, name: str, policy: TrainingRun, catalog: Catalog) -> Architecture:
    if subject is None:
        return policy.architecture
    with under("objective", name):
        return read_config(read_architecture, *resolve_subject(subject, catalog))


def _frozen(
    architecture: Architecture, question: TrainingQuestion, policy: TrainingRun, formats: Formats
) -> int:
    """Return the bytes of a frozen model on one GPU, in the format that the policy computes in."""
    size = weigh(tensors(architecture), frozen_format(question, formats), formats).bytes
    return policy.sharding.share(size, 3)


def _rollout(
    rollout: Rollout, question: TrainingQuestion, policy: TrainingRun, catalog: Catalog, formats: Formats
) -> tuple[Parts, Parts]:
    """Return what generation alone holds, and the copy of weights that another engine keeps throughout."""
    with under("cache_dtype"):
        element = formats.cache_element(rollout.cache_dtype)
    layout = read_config(read_cache_layout, *resolve_subject(question, catalog))
    tokens = rollout.prompt_tokens + rollout.answer_tokens
    held = kv_cache(layout.layers, CachePlan(tokens, element, rollout.sequences)).bytes
    if held > 2**53:
        raise LocatedError(("sequences",), "the KV cache would take more than 2^53 bytes")
    # The last token's logits of each sequence in the model's type, and in fp32 to sample from.
    logits = rollout.sequences * policy.architecture.vocabulary * (policy.step.element + 4)
    copy = {"rollout_weights": 2 * parameters(policy.architecture)} if rollout.engine == "vllm" else {}
    return {"kv_cache": held, "logits": logits}, copy


def _held(run: TrainingRun) -> Parts:
    held = states(
        run.trained, run.precision, run.optimizer_bytes, run.sharding,
        frozen_bytes=run.frozen_bytes, paged=OPTIMIZERS[run.optimizer].paged,
    )  # fmt: skip
    return {
        "weights": held.weights,
        "master_weights": held.master,
        "optimizer": held.optimizer,
        "frozen": held.frozen,
        "host": held.host,
    }
