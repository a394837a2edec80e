import type { Id } from '../lib/id.ts'

/** Something that can break: who owns it, how its alerts are grouped and how loudly they page. */
export type Service = {
  id: Id
  slug: string
  name: string
  teamId: Id | null
  tier: number | null
  escalationId: Id | null
  /** `bySeverity`: critical and error page with high urgency, warning and info with low. */
  urgency: 'high' | 'low' | 'bySeverity'
  /** Alerts with equal values of these labels belong together. Null: as the source groups them. */
  groupBy: readonly string[] | null
  /** An alert that is resolved within this time pages nobody. 0: page at once. */
  pauseMs: number
  repository: string | null
  channel: string | null
  runbookUrl: string | null
  dependsOn: readonly Id[]
  /** It and its alerts are for its team, for those they page, and for admins. */
  isPrivate: boolean
}
