// The pages of mailed links: the form #act sends the token of the link, the others ask for a mail.
const find = (id) => document.getElementById(id);
const language = navigator.language.startsWith("fr") ? "fr" : "en";
const messages = JSON.parse(find("messages").textContent);

// What each form sends beside its fields, and what happens after it.
const senders = {
  act: { more: () => ({ token }), succeed },
  renew: { succeed: () => (find("sent").hidden = false) },
};
let token = null;
let firstState;

// The token is taken out of the address bar at once: no history, bookmark or screenshot keeps it.
function takeToken() {
  const text = new URLSearchParams(location.hash.slice(1)).get("token");
  history.replaceState(null, "", location.pathname);
  // A link that was cut is like one without its token.
  return new RegExp(find("act").dataset.token).test(text) ? text : null;
}

function speakFrench() {
  document.documentElement.lang = "fr";
  for (const element of document.querySelectorAll("[data-fr]")) {
    element.textContent = element.dataset.fr;
  }
}

// Nothing is sent yet: programs that look into mails open links, but press no button.
function start() {
  token = takeToken();
  document.querySelector("main").replaceWith(firstState.cloneNode(true));
  find("act").hidden = !token;
  find("no-token").hidden = Boolean(token);
  if (!token) {
    offerNewLink();
  }
}

function succeed() {
  for (const each of [...document.forms, find("no-token")]) {
    each.hidden = true;
  }
  find("done").hidden = false;
  find("done").focus();
}

function offerNewLink() {
  (find("renew") ?? find("ask"))?.removeAttribute("hidden");
}

function clearProblems() {
  for (const element of document.querySelectorAll("[data-problem]")) {
    element.hidden = true;
  }
  find("reasons").replaceChildren();
  for (const field of document.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    find(`${field.id}-wrong`).textContent = "";
  }
}

// `detail`: the sentence of the service, which is shown where the page has none of its own.
function showAtField(field, detail) {
  const place = field && find(`${field.id}-wrong`);
  if (!place) {
    return false;
  }
  const own = messages[detail]?.[language];
  place.textContent = own ?? detail;
  place.lang = own ? language : "en";
  field.setAttribute("aria-invalid", "true");
  return true;
}

function showReasons(reasons) {
  document.querySelector("[data-problem=other]").hidden = false;
  for (const reason of reasons) {
    const item = document.createElement("li");
    item.textContent = reason;
    find("reasons").append(item);
  }
}

function showWait(seconds) {
  const [value, unit] = seconds < 60 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  const format = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" });
  for (const element of document.querySelectorAll(".wait")) {
    element.textContent = format.format(value);
  }
}

function showProblem(shown) {
  shown.hidden = false;
  if ("final" in shown.dataset) {
    find("act").hidden = true;
  }
  if ("renew" in shown.dataset) {
    offerNewLink();
  }
}

function askForAnotherName() {
  find("another").hidden = false;
  find("username").disabled = false;
}

function refuse(sender, problem) {
  const name = problem.type.split("#")[1];
  const known = document.querySelector(`[data-problem="${name}"]`);
  if (name === "username-taken") {
    askForAnotherName();
  }
  if (problem.errors) {
    const others = problem.errors.filter(
      ({ pointer, detail }) => !showAtField(sender.elements[pointer.slice(2)], detail),
    );
    if (others.length) {
      showReasons(others.map(({ detail }) => detail));
    }
  } else if (!known) {
    showReasons([problem.detail]);
  } else if (!showAtField(find(known.dataset.field), problem.detail)) {
    showProblem(known);
  }
}

function focusProblem() {
  (document.querySelector("[aria-invalid]") ?? find("failed")).focus();
}

function readFields(sender) {
  const fields = Object.fromEntries(new FormData(sender));
  for (const box of sender.querySelectorAll("[type=checkbox][name]")) {
    fields[box.name] = box.checked;
  }
  return fields;
}

async function send(sender) {
  const { more = () => ({}), succeed: goOn } = senders[sender.id];
  const response = await fetch(sender.dataset.endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...more(), ...readFields(sender) }),
  });
  const text = await response.text();
  const answer = text && JSON.parse(text);
  // Another link may have been followed in this tab by now.
  if (!sender.isConnected) {
    return;
  }
  if (response.ok) {
    goOn(answer);
  } else {
    showWait(Number(response.headers.get("Retry-After")) || 60);
    refuse(sender, answer);
    focusProblem();
  }
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  clearProblems();
  find("sent")?.setAttribute("hidden", "");
  try {
    await send(event.target);
  } catch {
    showProblem(document.querySelector("[data-problem=unreachable]"));
    focusProblem();
  } finally {
    button.disabled = false;
  }
});

document.addEventListener("input", ({ target }) => {
  if (target.type !== "checkbox") {
    clearProblems();
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.id === "show") {
    for (const field of target.form.querySelectorAll("[name$=password]")) {
      field.type = target.checked ? "text" : "password";
    }
  }
});

if (language === "fr") {
  speakFrench();
}
firstState = document.querySelector("main").cloneNode(true);
addEventListener("hashchange", start);
start();
