// Asks for a mail, and sends its code with the token of the request, which a reload of the tab keeps.
// `find`, `senders`, `succeed` and `token` are those of links.js.
const REQUEST = "dressform-sign-in-request";

senders.ask = {
  succeed: (answer) => {
    sessionStorage.setItem(REQUEST, answer.request_token);
    find("type-code").hidden = false;
    find("code").focus();
  },
};
senders["type-code"] = {
  more: () => ({ request_token: sessionStorage.getItem(REQUEST) }),
  succeed: () => {
    sessionStorage.removeItem(REQUEST);
    succeed();
  },
};

function showTypeCode() {
  find("type-code").hidden = Boolean(token) || !sessionStorage.getItem(REQUEST);
}

addEventListener("hashchange", showTypeCode);
showTypeCode();
