// Redoc's bundle makes style elements before it can be told the page's nonce.
const { nonce } = document.currentScript;
const createElement = document.createElement.bind(document);
document.createElement = (name, options) => {
  const element = createElement(name, options);
  if (name === "style") {
    element.nonce = nonce;
  }
  return element;
};

document.addEventListener("DOMContentLoaded", () => {
  Redoc.init("openapi.json", { nonce }, document.getElementById("redoc"));
});
