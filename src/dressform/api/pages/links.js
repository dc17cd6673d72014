// The token is taken out of the address bar at once: no history, bookmark or screenshot keeps it.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const form = document.getElementById("act");
const find = (id) => document.getElementById(id);

function speakFrench() {
  document.documentElement.lang = "fr";
  for (const element of document.querySelectorAll("[data-fr]")) {
    element.textContent = element.dataset.fr;
  }
}

function showProblem(name, reasons = []) {
  let shown = null;
  for (const element of document.querySelectorAll("[data-problem]")) {
    element.hidden = element.dataset.problem !== name;
    shown = element.hidden ? shown : element;
  }
  find("reasons").replaceChildren(
    ...reasons.map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    }),
  );
  return shown;
}

function succeed() {
  for (const each of document.forms) {
    each.hidden = true;
  }
  find("done").hidden = false;
  find("done").focus();
}

function askForAnotherName() {
  if (find("another")) {
    find("another").hidden = false;
    find("username").disabled = false;
    find("username").focus();
  }
}

function offerNewLink() {
  (find("renew") ?? find("ask"))?.removeAttribute("hidden");
}

async function refuse(response) {
  const problem = await response.json();
  const name = problem.type.split("#")[1];
  const shown = showProblem(name);
  if (!shown) {
    showProblem("other", [problem.detail, ...(problem.errors ?? []).map((error) => error.detail)]);
    return;
  }
  form.hidden ||= "final" in shown.dataset;
  if ("renew" in shown.dataset) {
    offerNewLink();
  }
  if (name === "username-taken") {
    askForAnotherName();
  }
}

async function post(sender, body) {
  return fetch(sender.dataset.endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, ...Object.fromEntries(new FormData(sender)) }),
    credentials: body.session ? "same-origin" : "omit",
  });
}

function onSubmit(sender, body, done) {
  const button = sender.querySelector("button");
  sender.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    showProblem(null);
    try {
      const response = await post(sender, body);
      await (response.ok ? done(response) : refuse(response));
    } catch {
      showProblem("unreachable");
    } finally {
      button.disabled = false;
    }
  });
}

const { session } = form.dataset;
onSubmit(form, session ? { token, session } : { token }, succeed);
if (find("renew")) {
  onSubmit(find("renew"), {}, () => {
    find("sent").hidden = false;
  });
}

find("show")?.addEventListener("change", (event) => {
  for (const field of form.querySelectorAll("[name$=password]")) {
    field.type = event.target.checked ? "text" : "password";
  }
});

if (navigator.language.startsWith("fr")) {
  speakFrench();
}
// Nothing is sent yet: programs that look into mails open links, but press no button.
form.hidden = !token;
find("no-token").hidden = Boolean(token);
if (!token) {
  offerNewLink();
}
