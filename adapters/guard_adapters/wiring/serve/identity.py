"""The guard as identity provider, of clouds and authorization servers: who it is, and its keys.

Its own name and its own keys: a call token never passes for an identity token, nor the other way.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from guard.model.call import Json
from guard.ports import World
from guard_adapters.issuer.made import Vouching

KEYS = "/.well-known/guard-identity.json"


def identity_routes(world: World) -> list[Route]:
    """Return the documents of OpenID Connect discovery, or nothing where no issuer needs them."""
    signing = [one for one in world.issuers.values() if isinstance(one, Vouching)]
    if not signing:
        return []

    async def configuration(request: Request) -> JSONResponse:
        del request
        identity = signing[0].identity
        found: dict[str, Json] = {
            "issuer": identity,
            "jwks_uri": identity + KEYS,
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        }
        return JSONResponse(found)

    async def keys(request: Request) -> JSONResponse:
        del request
        found = {str(key["kid"]): key for key in (one.public_key() for one in signing)}
        return JSONResponse({"keys": list(found.values())})

    return [
        Route("/.well-known/openid-configuration", configuration, methods=["GET"]),
        Route(KEYS, keys, methods=["GET"]),
    ]
