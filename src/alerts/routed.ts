import type { Id } from '../lib/id.ts'
import type { Urgency } from './alert.ts'

/** A rule on labels, in CEL, that sends alerts to a service or changes how they page. First match wins. */
export type Route = {
  id: Id
  slug: string
  /** Tried for what comes in for this team only; null: for everything. */
  teamId: Id | null
  when: string
  serviceId: Id | null
  urgency: Urgency | null
  escalationId: Id | null
  groupBy: readonly string[] | null
  pauseMs: number | null
}

/** Where alerts come from that a person raised by hand. */
export const MANUAL_SOURCE: Id = '00000000-0000-7000-8000-000000000000'

/** Where alerts come from that an objective raised: they page or wait by their own severity. */
export const OBJECTIVE_SOURCE: Id = '00000000-0000-7000-8000-000000000002'

/** An inbound integration of this organisation. Its key is stored hashed. */
export type Source = {
  id: Id
  slug: string
  name: string
  kind: string
  serviceId: Id | null
  teamId: Id | null
  /** Labels that do not tell one alert from another (`replica`). */
  ignoreLabels: readonly string[]
}
