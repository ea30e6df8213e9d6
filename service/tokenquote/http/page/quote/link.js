// The state as a link: behind the `#`, which browsers never send. Deflated JSON in base64url, with a
// version before it.
export const VERSION = "1";
/** The longest fragment that is put into the address: browsers take more, chats and mail often do not. */
export const LONGEST = 64_000;
/** The most bytes that a fragment is unpacked to: a few letters of somebody else's may stand for gigabytes. */
const MOST_BYTES = 32_000_000;

/** Write plan and view as the fragment of a link, without the `#`. */
export async function writeLink({ plan, view, kept }) {
  const text = JSON.stringify({ plan, view, kept });
  const packed = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  return `${VERSION}.${toBase64Url(packed)}`;
}

/**
 * Read a fragment.
 * @returns {Promise<{plan, view, kept}|{fault: "version"|"damaged"}|null>} null: there is nothing to read.
 */
export async function readLink(fragment) {
  const text = fragment.replace(/^#/, "");
  if (text === "" || !/^[^.]*\.[^.]*$/.test(text))
    return text === "" || isAnchor(text) ? null : { fault: "damaged" };
  const [version, packed] = text.split(".");
  if (version !== VERSION) return { fault: /^\d+$/.test(version) ? "version" : "damaged" };
  try {
    const bytes = await through(new DecompressionStream("deflate-raw"), fromBase64Url(packed), MOST_BYTES);
    const found = JSON.parse(new TextDecoder().decode(bytes));
    const whole =
      found !== null &&
      typeof found.plan === "object" &&
      found.plan !== null &&
      !Array.isArray(found.plan) &&
      typeof found.view === "object";
    return whole ? { plan: found.plan, view: found.view, kept: found.kept ?? {} } : { fault: "damaged" };
  } catch {
    return { fault: "damaged" };
  }
}

const isAnchor = (text) => /^[a-z][a-z-]*$/.test(text);

async function through(stream, bytes, most = Infinity) {
  const piped = new Blob([bytes]).stream().pipeThrough(stream).pipeThrough(atMost(most));
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** Lets so many bytes through; more of them are an error. */
function atMost(bytes) {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) throw new RangeError(`more than ${bytes} bytes`);
      controller.enqueue(chunk);
    },
  });
}

function toBase64Url(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32_768)
    text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
