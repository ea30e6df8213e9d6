"""Configs of diffusion components: those of published models, and small ones drawn at random."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

__all__ = ["COMPONENTS", "random_component"]

_CROSS, _PLAIN = "CrossAttnDownBlock2D", "DownBlock2D"
_UNET = {
    "_class_name": "UNet2DConditionModel", "act_fn": "silu", "in_channels": 4, "out_channels": 4,
    "layers_per_block": 2, "norm_num_groups": 32,
}  # fmt: skip
_FOUR_LEVELS = {
    "block_out_channels": [320, 640, 1280, 1280], "down_block_types": [_CROSS, _CROSS, _CROSS, _PLAIN],
    "up_block_types": ["UpBlock2D", *["CrossAttnUpBlock2D"] * 3],
}  # fmt: skip
_VAE = {
    "_class_name": "AutoencoderKL", "act_fn": "silu", "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4, "up_block_types": ["UpDecoderBlock2D"] * 4,
    "in_channels": 3, "out_channels": 3, "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32,
}  # fmt: skip
_PATCHED = {
    "num_attention_heads": 16, "attention_head_dim": 72, "in_channels": 4, "out_channels": 8,
    "num_layers": 28, "patch_size": 2, "num_embeds_ada_norm": 1000, "activation_fn": "gelu-approximate",
    "attention_bias": True, "norm_elementwise_affine": False,
}  # fmt: skip
_CLIP = {
    "model_type": "clip_text_model", "vocab_size": 49408, "max_position_embeddings": 77,
}  # fmt: skip
_WIDE_LATENT = {"latent_channels": 16, "use_quant_conv": False, "use_post_quant_conv": False}

COMPONENTS: Mapping[str, Mapping[str, Any]] = {
    "Stable Diffusion 1.5 unet": {
        **_UNET, **_FOUR_LEVELS, "attention_head_dim": 8, "cross_attention_dim": 768, "sample_size": 64,
    },
    "Stable Diffusion 2.1 unet": {
        **_UNET, **_FOUR_LEVELS, "attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024,
        "sample_size": 96, "use_linear_projection": True, "upcast_attention": True,
    },
    "Stable Diffusion XL unet": {
        **_UNET, "block_out_channels": [320, 640, 1280], "down_block_types": [_PLAIN, _CROSS, _CROSS],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "attention_head_dim": [5, 10, 20], "transformer_layers_per_block": [1, 2, 10],
        "cross_attention_dim": 2048, "use_linear_projection": True, "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816, "sample_size": 128,
    },
    "Stable Diffusion vae": {**_VAE, "sample_size": 512},
    "Stable Diffusion 3 vae": {**_VAE, **_WIDE_LATENT, "sample_size": 1024, "force_upcast": True},
    "DiT-XL-2 transformer": {
        "_class_name": "DiTTransformer2DModel", **_PATCHED, "norm_type": "ada_norm_zero", "sample_size": 32,
    },
    "PixArt-alpha transformer": {
        "_class_name": "PixArtTransformer2DModel", **_PATCHED, "norm_type": "ada_norm_single",
        "cross_attention_dim": 1152, "caption_channels": 4096, "sample_size": 128,
    },
    "PixArt-Sigma transformer": {
        "_class_name": "PixArtTransformer2DModel", **_PATCHED, "norm_type": "ada_norm_single",
        "cross_attention_dim": 1152, "caption_channels": 4096, "sample_size": 128,
        "use_additional_conditions": False, "interpolation_scale": 2,
    },
    "Stable Diffusion 3 Medium transformer": {
        "_class_name": "SD3Transformer2DModel", "num_attention_heads": 24, "attention_head_dim": 64,
        "in_channels": 16, "out_channels": 16, "num_layers": 24, "patch_size": 2,
        "caption_projection_dim": 1536, "joint_attention_dim": 4096, "pooled_projection_dim": 2048,
        "pos_embed_max_size": 192, "sample_size": 128,
    },
    "Stable Diffusion 3.5 Medium transformer": {
        "_class_name": "SD3Transformer2DModel", "num_attention_heads": 24, "attention_head_dim": 64,
        "in_channels": 16, "out_channels": 16, "num_layers": 24, "patch_size": 2,
        "caption_projection_dim": 1536, "joint_attention_dim": 4096, "pooled_projection_dim": 2048,
        "pos_embed_max_size": 384, "sample_size": 128, "qk_norm": "rms_norm",
        "dual_attention_layers": list(range(13)),
    },
    "Stable Diffusion 3.5 Large transformer": {
        "_class_name": "SD3Transformer2DModel", "num_attention_heads": 38, "attention_head_dim": 64,
        "in_channels": 16, "out_channels": 16, "num_layers": 38, "patch_size": 2,
        "caption_projection_dim": 2432, "joint_attention_dim": 4096, "pooled_projection_dim": 2048,
        "pos_embed_max_size": 192, "sample_size": 128, "qk_norm": "rms_norm", "dual_attention_layers": [],
    },
    "FLUX.1-dev transformer": {
        "_class_name": "FluxTransformer2DModel", "num_attention_heads": 24, "attention_head_dim": 128,
        "in_channels": 64, "num_layers": 19, "num_single_layers": 38, "patch_size": 1,
        "joint_attention_dim": 4096, "pooled_projection_dim": 768, "guidance_embeds": True,
    },
    "FLUX.1-schnell transformer": {
        "_class_name": "FluxTransformer2DModel", "num_attention_heads": 24, "attention_head_dim": 128,
        "in_channels": 64, "num_layers": 19, "num_single_layers": 38, "patch_size": 1,
        "joint_attention_dim": 4096, "pooled_projection_dim": 768, "guidance_embeds": False,
    },
    "CLIP ViT-L text_encoder": {
        **_CLIP, "architectures": ["CLIPTextModel"], "hidden_size": 768, "intermediate_size": 3072,
        "num_attention_heads": 12, "num_hidden_layers": 12, "projection_dim": 768,
    },
    "OpenCLIP ViT-H text_encoder": {
        **_CLIP, "architectures": ["CLIPTextModel"], "hidden_size": 1024, "intermediate_size": 4096,
        "num_attention_heads": 16, "num_hidden_layers": 23, "projection_dim": 512, "hidden_act": "gelu",
    },
    "OpenCLIP ViT-bigG text_encoder": {
        **_CLIP, "architectures": ["CLIPTextModelWithProjection"], "hidden_size": 1280,
        "intermediate_size": 5120, "num_attention_heads": 20, "num_hidden_layers": 32,
        "projection_dim": 1280, "hidden_act": "gelu",
    },
    "T5 v1.1 XXL text_encoder": {
        "model_type": "t5", "architectures": ["T5EncoderModel"], "d_model": 4096, "d_ff": 10240, "d_kv": 64,
        "num_heads": 64, "num_layers": 24, "num_decoder_layers": 24, "vocab_size": 32128,
        "feed_forward_proj": "gated-gelu", "relative_attention_num_buckets": 32,
        "tie_word_embeddings": False,
    },
}  # fmt: skip


def random_component(kind: str, drawn: random.Random) -> dict[str, Any]:
    """Return a small config of a kind: `unet`, `vae`, `dit`, `pixart`, `sd3` or `flux`."""
    if kind == "unet":
        return _random_unet(drawn)
    if kind == "vae":
        return _random_autoencoder(drawn)
    return _random_transformer(kind, drawn)


def _random_unet(drawn: random.Random) -> dict[str, Any]:
    levels = drawn.randint(1, 4)
    attends = [drawn.random() < 0.6 for _ in range(levels)]
    some = drawn.random() < 0.5
    added = {"addition_embed_type": "text_time", "addition_time_embed_dim": 8,
             "projection_class_embeddings_input_dim": drawn.randint(20, 60)}  # fmt: skip
    return {
        "_class_name": "UNet2DConditionModel",
        "in_channels": drawn.choice([4, 9]),
        "out_channels": 4,
        "norm_num_groups": 4,
        "block_out_channels": [8 * drawn.randint(1, 6) for _ in range(levels)],
        "layers_per_block": [drawn.randint(1, 3) for _ in range(levels)] if some else drawn.randint(1, 3),
        "transformer_layers_per_block": [drawn.randint(1, 4) for _ in range(levels)] if some else 1,
        "cross_attention_dim": drawn.randint(8, 40),
        "attention_head_dim": 4,
        "down_block_types": [_CROSS if attend else _PLAIN for attend in attends],
        "up_block_types": ["CrossAttnUpBlock2D" if attend else "UpBlock2D" for attend in reversed(attends)],
        "use_linear_projection": drawn.random() < 0.5,
        **(added if drawn.random() < 0.4 else {}),
    }


def _random_autoencoder(drawn: random.Random) -> dict[str, Any]:
    levels = drawn.randint(1, 4)
    return {
        "_class_name": "AutoencoderKL",
        "block_out_channels": [8 * drawn.randint(1, 5) for _ in range(levels)],
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "latent_channels": drawn.choice([4, 16]),
        "layers_per_block": drawn.randint(1, 3),
        "norm_num_groups": 4,
        "mid_block_add_attention": drawn.random() < 0.7,
        "use_quant_conv": drawn.random() < 0.5,
        "use_post_quant_conv": drawn.random() < 0.5,
    }


def _random_transformer(kind: str, drawn: random.Random) -> dict[str, Any]:
    heads, head, layers = drawn.randint(1, 4), 4 * drawn.randint(3, 6), drawn.randint(1, 5)
    width = heads * head
    sizes = {
        "num_attention_heads": heads,
        "attention_head_dim": head,
        "num_layers": layers,
        "in_channels": drawn.choice([4, 16]),
    }
    if kind in ("dit", "pixart"):
        return _random_patched(kind, drawn, sizes, width)
    text = {"joint_attention_dim": drawn.randint(8, 60), "pooled_projection_dim": drawn.randint(8, 60)}
    if kind == "flux":
        return {
            "_class_name": "FluxTransformer2DModel", **sizes, **text, "patch_size": 1,
            "num_single_layers": drawn.randint(1, 5), "guidance_embeds": drawn.random() < 0.5,
            "axes_dims_rope": [head // 2, head // 4, head // 4],
        }  # fmt: skip
    normed = {"qk_norm": "rms_norm"} if drawn.random() < 0.5 else {}
    dual = [layer for layer in range(layers) if drawn.random() < 0.4]
    return {
        "_class_name": "SD3Transformer2DModel", **sizes, **text, "out_channels": 16, "patch_size": 2,
        "caption_projection_dim": width, "pos_embed_max_size": drawn.randint(4, 12), "sample_size": 4,
        "dual_attention_layers": dual, **normed,
    }  # fmt: skip


def _random_patched(kind: str, drawn: random.Random, sizes: Mapping[str, Any], width: int) -> dict[str, Any]:
    fields = {
        **sizes, "out_channels": 8, "patch_size": drawn.choice([2, 4]),
        "sample_size": drawn.choice([16, 128]), "attention_bias": drawn.random() < 0.5,
    }  # fmt: skip
    if kind == "dit":
        classes = drawn.randint(5, 50)
        return {"_class_name": "DiTTransformer2DModel", **fields, "num_embeds_ada_norm": classes}
    return {
        "_class_name": "PixArtTransformer2DModel", **fields, "cross_attention_dim": width,
        "caption_channels": drawn.randint(8, 60),
    }  # fmt: skip
