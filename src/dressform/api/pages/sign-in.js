// Asks for a mail, and sends its code with the token of the request, which a reload of the tab keeps.
// `find`, `show`, `refuse`, `succeed` and `token` are those of links.js.
const ask = find("ask");
const typeCode = find("type-code");
const REQUEST = "dressform-sign-in-request";

async function post(endpoint, values) {
  return fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
    credentials: "same-origin",
  });
}

function listen(toForm, submit) {
  const itsButton = toForm.querySelector("button");
  toForm.addEventListener("submit", async (event) => {
    event.preventDefault();
    itsButton.disabled = true;
    show(null);
    try {
      await submit(Object.fromEntries(new FormData(toForm)));
    } catch {
      show("unreachable");
    } finally {
      itsButton.disabled = false;
    }
  });
}

listen(ask, async (values) => {
  const response = await post("v1/auth/link", values);
  if (!response.ok) {
    await refuse(response);
    return;
  }
  sessionStorage.setItem(REQUEST, (await response.json()).request_token);
  typeCode.hidden = false;
  find("code").focus();
});

listen(typeCode, async (values) => {
  const response = await post("v1/auth/link/code", {
    code: values.code,
    request_token: sessionStorage.getItem(REQUEST),
    session: "cookie",
  });
  if (!response.ok) {
    await refuse(response);
    return;
  }
  sessionStorage.removeItem(REQUEST);
  succeed();
});

ask.hidden = Boolean(token);
typeCode.hidden = Boolean(token) || !sessionStorage.getItem(REQUEST);
