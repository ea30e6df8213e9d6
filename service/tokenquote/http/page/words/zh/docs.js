export default {
  "docs.title": "API",
  "docs.about": "每个接口都有示例，可以直接在此发送。",
};
