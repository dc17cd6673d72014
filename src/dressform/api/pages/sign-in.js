// Asks for a mail, and sends its code with the token of the request, which a reload of the tab keeps.
// `find`, `onSubmit`, `succeed` and `token` are those of links.js.
const ask = find("ask");
const typeCode = find("type-code");
const REQUEST = "dressform-sign-in-request";

onSubmit(ask, {}, async (response) => {
  sessionStorage.setItem(REQUEST, (await response.json()).request_token);
  typeCode.hidden = false;
  find("code").focus();
});

const codeLogin = {
  session: "cookie",
  get request_token() {
    return sessionStorage.getItem(REQUEST);
  },
};
onSubmit(typeCode, codeLogin, () => {
  sessionStorage.removeItem(REQUEST);
  succeed();
});

ask.hidden = Boolean(token);
typeCode.hidden = Boolean(token) || !sessionStorage.getItem(REQUEST);
