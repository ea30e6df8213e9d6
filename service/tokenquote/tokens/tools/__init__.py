"""Render tool definitions and output schemas as models see them, which is not how they are sent.

tool_blocks         a list of tools as one text: OpenAI's namespace (typescript, typescript_0613), or JSON
response_formats    OpenAI's block for an output schema
tool_renderings     what models of private vocabularies are shown, as texts and terms of a fit
schema_refs         where a `$ref` of a JSON schema leads, for all of them
"""
