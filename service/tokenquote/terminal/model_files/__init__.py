"""Headers of model files on this machine: GGUF and safetensors, never their weights.

The readers are our own: `gguf` maps the whole file and brings requests and tqdm, `safetensors` wants every
byte of the weights to be there; a header alone, cut off where it ends, is read by neither.
"""

from tokenquote.terminal.model_files.errors import ModelFileError
from tokenquote.terminal.model_files.gguf import read_gguf
from tokenquote.terminal.model_files.safetensors import read_safetensors
from tokenquote.terminal.model_files.sources import ModelSource, read_source

__all__ = ["ModelFileError", "ModelSource", "read_gguf", "read_safetensors", "read_source"]
