import type { Id } from '../lib/id.ts'
import type { Definition } from './definition.ts'

/** An SLO of a service: what share of what counts has to be good, over which window. */
export type Objective = {
  id: Id
  slug: string
  name: string
  serviceId: Id
  teamId: Id | null
  /** Where its indicator is asked; null: its events are pushed. */
  metricsId: Id | null
  definition: Definition
}

/** An engine of metrics that answers queries. Secrets are sealed. */
export type MetricsSource = {
  id: Id
  slug: string
  name: string
  kind: string
  url: string
  username: string | null
  password: string | null
  token: string | null
  /** Whose data, where one engine keeps that of many (`X-Scope-OrgID`). */
  tenant: string | null
}
