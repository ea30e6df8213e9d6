// YAML, read and written. Its library is loaded when it is first needed.
const library = () => import("../vendor/js-yaml.esm.min.js");

/** Read one YAML document as plain data. Throws an Error that says where it is none. */
export async function readYaml(text) {
  const { load } = await library();
  return load(text);
}

/** Write plain data as YAML that any version of YAML reads alike. */
export async function writeYaml(data) {
  const { dump } = await library();
  return dump(data, { lineWidth: 110, noRefs: true });
}
