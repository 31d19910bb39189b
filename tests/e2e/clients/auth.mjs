// @saleor/auth-sdk against the engine at argv[2]: signs in, refreshes, signs out. Prints one JSON object.
import { createSaleorAuthClient } from "@saleor/auth-sdk";

const [saleorApiUrl, email, password] = process.argv.slice(2);
const ME = JSON.stringify({ query: "{ me { email } }" });
const headers = { "Content-Type": "application/json" };

function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

function client(options = {}) {
  const access = storage();
  const refresh = storage();
  const made = createSaleorAuthClient({
    saleorApiUrl,
    accessTokenStorage: access,
    refreshTokenStorage: refresh,
    ...options,
  });
  return { made, access, refresh };
}

async function whoAmI(made) {
  const answer = await made.fetchWithAuth(saleorApiUrl, { method: "POST", headers, body: ME });
  return (await answer.json()).data.me;
}

const only = (store) => [...store.kept.values()][0];
const { made, access, refresh } = client();
const signedIn = (await made.signIn({ email, password })).data.tokenCreate;
const first = await whoAmI(made);

// a grace period longer than a token lives: every request finds its token due and refreshes it
const impatient = client({ tokenGracePeriod: 24 * 3600 });
impatient.refresh.kept.set([...refresh.kept.keys()].find((key) => /refresh/i.test(key)), signedIn.refreshToken);
await new Promise((resolve) => setTimeout(resolve, 1100)); // a token of another second is another token
const refreshed = await whoAmI(impatient.made);
const fresh = only(impatient.access);

made.signOut();
const afterwards = await whoAmI(made);
const wrong = (await client().made.signIn({ email, password: `${password}x` })).data.tokenCreate;

process.stdout.write(
  JSON.stringify({
    errors: signedIn.errors,
    first,
    refreshed,
    isNewToken: Boolean(fresh) && fresh !== signedIn.token,
    afterwards,
    keptAfterwards: [...access.kept.values(), ...refresh.kept.values()].filter((kept) => /^ey.+\..+\./.test(kept)).length,
    wrong: { token: wrong.token, errors: wrong.errors.length },
  }),
);
