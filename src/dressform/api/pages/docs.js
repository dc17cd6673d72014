SwaggerUIBundle({
  url: "openapi.json",
  domNode: document.getElementById("swagger-ui"),
  deepLinking: true,
  tryItOutEnabled: true,
  // Nothing is sent to the validator of another host, and no token is kept.
  validatorUrl: null,
  persistAuthorization: false,
});
