/** What there is to choose from, as options of a form. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../api.ts'

export type Named = { id: string; slug: string; name: string }
export type Option = { value: string; label: string }

type Kind =
  | 'calendars'
  | 'people'
  | 'teams'
  | 'services'
  | 'escalations'
  | 'schedules'
  | 'sources'
  | 'routes'

export const useNamed = <T extends Named = Named>(kind: Kind) =>
  useQuery({
    queryKey: ['live', kind],
    queryFn: async () => (await get<Record<string, T[]>>(`/${kind}`))[kind] ?? [],
  })

export function useOptions(kind: Kind): Option[] {
  const found = useNamed(kind)
  return (found.data ?? []).map((one) => ({ value: one.slug, label: one.name ?? one.slug }))
}

/** Whom a step may page, as a file writes it: `schedule:primary`. */
export function useTargets(): Option[] {
  const [schedules, people, teams] = [
    useOptions('schedules'),
    useOptions('people'),
    useOptions('teams'),
  ]
  const as = (kind: string, options: Option[]): Option[] =>
    options.map((one) => ({ value: `${kind}:${one.value}`, label: `${one.label} (${kind})` }))
  return [...as('schedule', schedules), ...as('person', people), ...as('team', teams)]
}
