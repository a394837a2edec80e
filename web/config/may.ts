/** What whoever looks may change, by the policy of the server: for buttons that say why they are off. */
import { useMe } from '../shell/shell.tsx'

type Of = { id: string } | null | undefined

export type May = {
  /** Why something of this team is not theirs to change; null: it is. */
  whyNot(team: Of): string | null
  /** Why who is on call there is not theirs to change for a while; null: it is. */
  whyNotOnCall(team: Of): string | null
  /** Why nothing new of a team is theirs to make; null: it is. */
  whyNothing: string | null
  /** Why it is for admins only; null: they are one. */
  whyNotAdmin: string | null
}

export function useMay(): May {
  const me = useMe().data
  const isAdmin = me?.role === 'admin'
  const leads = me?.role === 'responder' ? (me.leads ?? []) : []
  return {
    whyNot(team) {
      if (isAdmin || leads.some((one) => one.id === team?.id)) return null
      return team ? 'Only the lead of its team or an admin may change this' : FOR_ADMINS
    },
    whyNotOnCall(team) {
      const isOfTeam = !team || (me?.teams ?? []).some((one) => one.id === team.id)
      if (isAdmin || (me?.role === 'responder' && isOfTeam)) return null
      return team ? 'Only its team or an admin may do this' : 'Only responders may do this'
    },
    whyNothing:
      isAdmin || leads.length > 0 ? null : 'Only who leads a team or an admin may do this',
    whyNotAdmin: isAdmin ? null : FOR_ADMINS,
  }
}

const FOR_ADMINS = 'Only an admin may change this'
