import type { Principal } from '../access/can.ts'
import type { Directory } from '../directory/directory.ts'
import type { Id } from '../lib/id.ts'

/** A person with their role and teams; null for somebody who is gone. */
export function principalOf(directory: Directory, personId: Id): Principal | null {
  const person = directory.people.get(personId)
  if (!person) return null
  const teams = [...directory.teams.values()].filter(
    (team) => team.leadId === personId || team.memberIds.includes(personId),
  )
  return {
    personId,
    role: person.role,
    teamIds: teams.map((team) => team.id),
    leadIds: teams.filter((team) => team.leadId === personId).map((team) => team.id),
    scopes: null,
  }
}
