const { nonce } = document.currentScript;
Redoc.init("openapi.json", { nonce }, document.getElementById("redoc"));
