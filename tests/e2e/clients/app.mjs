// An app made with @saleor/app-sdk: manifest, registration, one asynchronous and one synchronous webhook.
// Listens on a free port of this machine and prints a JSON object per line: {"listening": port}, then what it was told.
import http from "node:http";
import { FileAPL } from "@saleor/app-sdk/APL/file";
import {
  SaleorAsyncWebhook,
  SaleorSyncWebhook,
  createAppRegisterHandler,
  createManifestHandler,
} from "@saleor/app-sdk/handlers/fetch-api";

const [authFile] = process.argv.slice(2);
const apl = new FileAPL({ fileName: authFile });
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function ask(authData, query, variables) {
  const answer = await fetch(authData.saleorApiUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Authorization-Bearer": authData.token },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

const changed = new SaleorAsyncWebhook({
  apl,
  name: "Category changed",
  webhookPath: "api/webhooks/category",
  event: "CATEGORY_UPDATED",
  query: "subscription { event { issuedAt version recipient { id } ... on CategoryUpdated { category { id name } } } }",
});
const gateway = new SaleorSyncWebhook({
  apl,
  name: "Gateway initialize",
  webhookPath: "api/webhooks/gateway",
  event: "PAYMENT_GATEWAY_INITIALIZE_SESSION",
  query:
    "subscription { event { issuedAt ... on PaymentGatewayInitializeSession { amount sourceObject { __typename } } } }",
});

const handlers = {
  "/api/manifest": createManifestHandler({
    manifestFactory: ({ appBaseUrl }) => ({
      id: "machiichi.test.clients",
      name: "Clients' test",
      version: "1.0.0",
      permissions: ["MANAGE_PRODUCTS", "HANDLE_PAYMENTS"],
      appUrl: appBaseUrl,
      tokenTargetUrl: `${appBaseUrl}/api/register`,
      requiredSaleorVersion: ">=3.20 <4",
      webhooks: [changed.getWebhookManifest(appBaseUrl), gateway.getWebhookManifest(appBaseUrl)],
    }),
  }),
  "/api/register": createAppRegisterHandler({
    apl,
    allowedSaleorUrls: [() => true],
    onRequestVerified: async (_request, { authData }) => tell({ registered: authData.appId }),
  }),
  "/api/webhooks/category": changed.createHandler(async (_request, context) => {
    const { category, recipient, version } = context.payload;
    const written = await ask(
      context.authData,
      `mutation($id: ID!, $input: [MetadataInput!]!) {
        updateMetadata(id: $id, input: $input) { item { metadata { key value } } errors { code } } }`,
      { id: category.id, input: [{ key: "seen", value: category.name }] },
    );
    tell({ event: context.event, category, version, recipient: recipient.id, written });
    return new Response(null, { status: 200 });
  }),
  "/api/webhooks/gateway": gateway.createHandler(async (_request, context) => {
    tell({ event: context.event, payload: context.payload });
    return Response.json({ data: { publicKey: "pk_test" } });
  }),
};

const server = http.createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const url = new URL(incoming.url, `http://${incoming.headers.host}`);
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  const request = new Request(url, {
    method: incoming.method,
    headers: incoming.headers,
    body: hasBody ? Buffer.concat(chunks) : undefined,
  });
  const answer = (await handlers[url.pathname]?.(request)) ?? new Response(null, { status: 404 });
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  outgoing.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(0, "127.0.0.1", () => tell({ listening: server.address().port }));
