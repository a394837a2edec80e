/** The OpenAPI 3.1 document, generated from the routes and the schemas that validate. */
import { OpenApiGeneratorV31, OpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import { z } from '@hono/zod-openapi'
import { ProblemView } from '../contract/views.ts'
import type { Route } from './route.ts'
import { ROUTES } from './server.ts'

const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } })

function policyText(route: Route): string {
  if ('public' in route.policy) return `No account needed: ${route.policy.public}.`
  return 'needs' in route.policy
    ? `Needs the right to ${route.policy.needs}.`
    : 'Needs an account, for what is one’s own.'
}

export function openApiDocument(): unknown {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'allclear_session',
  })
  for (const route of ROUTES) {
    const problem = {
      description: 'A problem (RFC 9457)',
      content: { 'application/problem+json': { schema: ProblemView } },
    }
    registry.registerPath({
      method: route.method,
      path: route.path,
      summary: route.summary,
      description: policyText(route),
      security: 'public' in route.policy ? [] : [{ token: [] }, { session: [] }],
      request: {
        ...(route.params ? { params: route.params } : {}),
        ...(route.query ? { query: route.query } : {}),
        ...(route.body
          ? { body: { ...json(route.body), required: !route.body.safeParse(undefined).success } }
          : {}),
      },
      responses: {
        200: route.reply
          ? { description: 'Done', ...json(route.reply) }
          : { description: 'A text', content: { 'text/plain': { schema: z.string() } } },
        default: problem,
      },
    })
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Allclear',
      version: '1',
      description: 'The API of Allclear. Problems are answered as RFC 9457 problem+json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  })
}
