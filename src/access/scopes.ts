/** What a token of a role may ever be made for: less than whoever makes it may, never more. */
import { type Action, ACTIONS } from './can.ts'
import type { Role } from '../people/person.ts'

const NEVER: Readonly<Record<Role, readonly Action[]>> = {
  admin: [],
  responder: ['administer', 'audit'],
  stakeholder: ['administer', 'audit', 'configure', 'silence', 'raise', 'inspect', 'schedule'],
}

export const scopesOf = (role: Role): Action[] =>
  ACTIONS.filter((action) => !NEVER[role].includes(action))
