// The token is taken out of the address bar at once: no history, bookmark or screenshot keeps it.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const form = document.querySelector("form");
const button = form.querySelector("button");
const find = (id) => document.getElementById(id);

function speakFrench() {
  document.documentElement.lang = "fr";
  for (const element of document.querySelectorAll("[data-fr]")) {
    element.textContent = element.dataset.fr;
  }
}

function show(id, reasons = []) {
  for (const other of ["unreachable", "refused", "done"]) {
    find(other).hidden = other !== id;
  }
  find("reasons").replaceChildren(
    ...reasons.map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    }),
  );
}

function succeed() {
  for (const each of document.forms) {
    each.hidden = true;
  }
  show("done");
  find("done").focus();
}

async function refuse(response) {
  const problem = await response.json();
  // A link that is used or too old leads on to a new one, where the page has a form for it.
  find("ask")?.removeAttribute("hidden");
  show("refused", [problem.detail, ...(problem.errors ?? []).map((error) => error.detail)]);
}

async function send() {
  const response = await fetch(form.dataset.endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) }),
    credentials: form.dataset.credentials,
  });
  await (response.ok ? succeed() : refuse(response));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  show(null);
  try {
    await send();
  } catch {
    show("unreachable");
  } finally {
    button.disabled = false;
  }
});

find("show")?.addEventListener("change", (event) => {
  find("new-password").type = event.target.checked ? "text" : "password";
});

if (navigator.language.startsWith("fr")) {
  speakFrench();
}
// Nothing is sent yet: programs that look into mails open links, but press no button.
form.hidden = !token;
find("no-token").hidden = Boolean(token);
