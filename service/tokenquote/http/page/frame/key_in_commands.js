// How texts to copy name the key, which never stands in them: by a variable of the shell, the one that the Python client
// reads.
export const KEY_VARIABLE = "TOKENQUOTE_API_KEY";

/** The option of curl that sends it; in double quotes, so that the shell puts the key in. */
export const KEY_HEADER = `-H "authorization: Bearer $${KEY_VARIABLE}"`;
