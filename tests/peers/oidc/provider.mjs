// A real authorization server (oidc-provider) with a token-exchange grant (RFC 8693) registered.
//
// Run from the folder that has its node_modules: node provider.mjs SETTINGS.json, where the settings
// are {port, identity, client, jwks}. The host of a resource says how its tokens are: see RESOURCES.
// DPoP, RAR, resource indicators, client authentication, introspection and revocation are the
// server's own code; only the exchange itself, which it does not have, stands here.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const here = createRequire(`${process.cwd()}/`);
const load = (name) => import(pathToFileURL(here.resolve(name)).href);
const { Provider, errors } = await load('oidc-provider');
const helpers = await load('oidc-provider/lib/helpers/grants.js');
const { createLocalJWKSet, generateKeyPair, exportJWK, jwtVerify } = await load('jose');

const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const issuer = `http://127.0.0.1:${settings.port}`;
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';
const DETAIL = 'https://guardcall.dev/tool-call';

const OPAQUE = { format: 'opaque', ttl: 60 };
const RESOURCES = {
  'https://opaque.example/mcp': OPAQUE,
  'https://elsewhere.example/mcp': OPAQUE,
  'https://jwt.example/mcp': { format: 'jwt', ttl: 60 },
  'https://short.example/mcp': { format: 'opaque', ttl: 2 },
  'https://long.example/mcp': { format: 'opaque', ttl: 3600 },
  'https://nonce.example/mcp': { ...OPAQUE, nonce: true },
  // What no honest server says; a client has to notice.
  'https://bearer.example/mcp': { ...OPAQUE, lie: { token_type: 'Bearer' } },
  'https://refresh.example/mcp': { ...OPAQUE, lie: { refresh_token: 'REFRESH' } },
  'https://wider.example/mcp': { ...OPAQUE, lie: { scope: 'crm.read crm.admin' } },
  'https://details.example/mcp': { ...OPAQUE, lie: { authorization_details: [] } },
  'https://forever.example/mcp': { ...OPAQUE, lie: { expires_in: undefined } },
  'https://unbound.example/mcp': { format: 'jwt', ttl: 60, unbound: true },
  'https://type.example/mcp': { ...OPAQUE, lie: { issued_token_type: `${TYPE}id_token` } },
};

// Servers that a test starts have an address of the moment; their tokens are read, and those of a call
// end soon, where the path does not say otherwise.
const PATHS = { '/long': { format: 'jwt', ttl: 60 }, '/opaque': OPAQUE };
const local = (resource) => (resource?.startsWith('http://127.0.0.1:')
  ? PATHS[new URL(resource).pathname] ?? { format: 'jwt', ttl: 1, rest: 60 } : undefined);
const of = (resource) => RESOURCES[resource] ?? local(resource);

const key = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
const guard = {
  client_id: settings.client,
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: settings.jwks,
};
const plain = {
  redirect_uris: [], response_types: [], scope: 'crm.read crm.write',
  authorization_details_types: [DETAIL],
  // It has no default for servers without RS256 keys.
  id_token_signed_response_alg: 'ES256',
};

const provider = new Provider(issuer, {
  clients: [
    { ...plain, ...guard, grant_types: [GRANT] },
    { ...plain, client_id: 'by-secret', client_secret: 'a:secret%CANARY', grant_types: [GRANT] },
    { ...plain, client_id: 'resource', client_secret: 'of-the-resource-server', grant_types: [] },
  ],
  jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig' }] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  scopes: ['crm.read', 'crm.write', 'crm.admin'],
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (ctx, token) => token.act && { act: token.act },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    dPoP: {
      enabled: true,
      nonceSecret: Buffer.alloc(32, 7),
      requireNonce: (ctx) => of(ctx.oidc.params.resource)?.nonce === true,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo: (ctx, resource) => {
        const found = of(resource);
        if (!found) throw new errors.InvalidTarget();
        const ttl = ctx.oidc.params.authorization_details ? found.ttl : found.rest ?? found.ttl;
        return {
          scope: 'crm.read crm.write', accessTokenTTL: ttl, accessTokenFormat: found.format,
          jwt: { sign: { alg: 'ES256' } },
        };
      },
    },
    richAuthorizationRequests: {
      enabled: true,
      types: {
        [DETAIL]: {
          validate: (ctx, detail) => {
            if (!/^[\w-]{43}$/.test(detail.args_s256 ?? '')) {
              throw new errors.InvalidAuthorizationDetails('a tool call without its arguments');
            }
          },
        },
      },
      authorizationDetailsForAccessToken: (ctx) => JSON.parse(ctx.oidc.params.authorization_details),
      authorizationDetailsForIntrospection: (ctx, token) => token.rar,
    },
  },
});

const trusted = createLocalJWKSet(settings.jwks);

async function said(token, type) {
  if (type !== `${TYPE}jwt`) throw new errors.InvalidRequest('unsupported token type');
  try {
    const checks = { issuer: settings.identity, audience: issuer, algorithms: ['ES256'] };
    return (await jwtVerify(token, trusted, { ...checks, requiredClaims: ['exp', 'jti'] })).payload;
  } catch (cause) {
    throw new errors.InvalidRequest('a token that cannot be exchanged', undefined, { cause });
  }
}

async function exchange(ctx) {
  const { client, params } = ctx.oidc;
  const proof = await helpers.validateDpop(provider, ctx);
  const subject = await said(params.subject_token, params.subject_token_type);
  const actor = await said(params.actor_token, params.actor_token_type);
  const [server] = await helpers.resolveRequestedResources(provider, ctx);
  if (!server) throw new errors.InvalidTarget();
  const asked = [...helpers.validateClientScope(provider, ctx)];
  const offered = new Set(server.scope.split(' '));
  if (asked.some((one) => !offered.has(one))) throw new errors.InvalidScope('not offered');
  const token = new provider.AccessToken({
    accountId: subject.sub, client, gty: 'token_exchange', scope: asked.join(' ') || undefined,
  });
  token.resourceServer = server;
  token.act = { sub: actor.sub };
  if (proof) {
    await helpers.checkDpopReplay(provider, ctx, proof, client.clientId);
    if (!of(params.resource).unbound) token.setThumbprint('jkt', proof.thumbprint);
  }
  await helpers.applyAuthorizationDetails(provider, ctx, token);
  ctx.oidc.entity('AccessToken', token);
  const accessToken = await token.save();
  const body = helpers.buildTokenResponse(provider, {
    accessToken, authorizationDetails: token.rar, expiresIn: token.expiration,
    issuedTokenType: `${TYPE}access_token`, scope: token.scope, tokenType: token.tokenType,
  });
  ctx.body = { ...body, ...of(params.resource).lie };
}

provider.registerGrantType(GRANT, exchange, [
  'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type',
  'scope', 'resource', 'authorization_details',
]);
provider.on('server_error', (ctx, error) => console.error(error));

provider.listen(settings.port, '127.0.0.1', () => console.log(JSON.stringify({ url: issuer })));
