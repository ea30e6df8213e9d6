// The sizes of images that the reader drops or chooses, as parts of a message. The browser decodes them on
// this machine.

/** Read the size of each file that is an image; files that are none are left out. */
export async function readImageSizes(files) {
  const sizes = await Promise.all([...files].filter((file) => file.type.startsWith("image/")).map(sizeOf));
  return sizes.filter((size) => size !== null).map(({ width, height }) => ({ type: "image", width, height }));
}

async function sizeOf(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image.naturalWidth > 0 ? { width: image.naturalWidth, height: image.naturalHeight } : null;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}
