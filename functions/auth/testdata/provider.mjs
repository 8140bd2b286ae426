// An OIDC provider for tests: node provider.mjs <folder of oidc-provider> <options as JSON>.
// Prints its port. Whoever comes is the account that was posted to /account last,
// and consents. Ends with its input.
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

process.stdin.on('end', () => process.exit()).resume();
const { default: Provider } = await import(pathToFileURL(`${process.argv[2]}/lib/index.js`));
const { redirect, idTokenClaims } = JSON.parse(process.argv[3]);
console.warn = console.info = () => {}; // it warns of its development keys

let account = {};
const accounts = new Map();
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [
      {
        client_id: 'ocim',
        client_secret: 'a client secret',
        redirect_uris: [redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ['test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'hd'] },
    conformIdTokenClaims: !idTokenClaims,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/enter/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...accounts.get(id), sub: id }) }),
  });
  const answer = provider.callback();
  server.on('request', async (req, res) => {
    if (req.method === 'POST' && req.url === '/account') {
      const parts = [];
      for await (const part of req) parts.push(part);
      account = JSON.parse(Buffer.concat(parts).toString());
      accounts.set(account.sub, account);
      res.writeHead(204).end();
    } else if (req.url.startsWith('/enter/')) {
      const { params } = await provider.interactionDetails(req, res);
      const grant = new provider.Grant({ accountId: account.sub, clientId: params.client_id });
      grant.addOIDCScope('openid email profile');
      const grantId = await grant.save();
      const result = { login: { accountId: account.sub, remember: false }, consent: { grantId } };
      await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: false });
    } else {
      answer(req, res);
    }
  });
  console.log(port);
});
