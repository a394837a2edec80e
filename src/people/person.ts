import type { Id } from '../lib/id.ts'
import type { Contact } from './contact.ts'

export type { Contact } from './contact.ts'

export type Role = 'admin' | 'responder' | 'stakeholder'

/** So long after the page, over this contact (by its slug). */
export type Rule = { afterMs: number; contact: string }

/** By urgency. An empty list is one that was not made: the defaults hold for it. */
export type Rules = { high: readonly Rule[]; low: readonly Rule[] }

export type Person = {
  id: Id
  slug: string
  name: string
  email: string | null
  timezone: string
  locale: string
  role: Role
  /** Whose public holidays they live by. */
  calendarId: Id | null
  contacts: readonly Contact[]
  /** Null: humane defaults. */
  rules: Rules | null
}
