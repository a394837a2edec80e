import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AlertShown } from '../../src/contract/views.ts'
import { post } from '../api.ts'
import { Complaint } from '../ui/parts.tsx'

const WORDS = { useful: 'Worth a page', noise: 'Noise' } as const

/** What being paged for it was worth: pressed again, it is taken back. */
export function Verdict({ alert }: { alert: AlertShown }) {
  const client = useQueryClient()
  const judge = useMutation({
    mutationFn: (verdict: 'noise' | 'useful' | null) =>
      post(`/alerts/${alert.name}/verdict`, { verdict }),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  return (
    <span role="group" aria-label="What it was worth" className="flex items-center gap-1">
      {(['useful', 'noise'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={alert.verdict === one}
          disabled={judge.isPending}
          onClick={() => judge.mutate(alert.verdict === one ? null : one)}
          className={`px-2 min-h-8 rounded-md text-[12.5px] ${alert.verdict === one ? 'bg-raise text-text font-semibold' : 'text-mute hover:text-text'}`}
        >
          {WORDS[one]}
        </button>
      ))}
      <Complaint of={judge.error} />
    </span>
  )
}
