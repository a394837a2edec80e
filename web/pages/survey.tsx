import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post } from '../api.ts'
import { Button, Card, Complaint } from '../ui/parts.tsx'

type RoundShown = {
  id: string
  team: { name: string } | null
  quarter: string
  closesAt: string
  isOpen: boolean
  isMine: boolean
  hasAnswered: boolean
  answered: number
  size: number
  score: { score: number; isAboveTarget: boolean } | null
}

const QUESTIONS: Readonly<Record<string, string>> = {
  prepared: 'I am prepared and trained for what pages me',
  supported: 'I get help when I am stuck',
  actionable: 'Pages are about something I can do something about',
  rest: 'I can rest and live when I am on call',
  fair: 'I carry a fair share',
  authority: 'I may act, and may fix causes',
  overall: 'All in all, on-call is fine',
}

export function Survey() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'survey'],
    queryFn: () => get<{ items: string[]; grades: number[]; rounds: RoundShown[] }>('/survey'),
  })
  const [grades, setGrades] = useState<Record<string, number>>({})
  const answer = useMutation({
    mutationFn: (id: string) => post(`/survey/${id}`, grades),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  if (!found.data) return null
  const { items, grades: scale, rounds } = found.data
  const open = rounds.find((one) => one.isOpen && one.isMine && !one.hasAnswered)
  const isWhole = items.every((item) => grades[item] !== undefined)
  return (
    <>
      {open ? (
        <Card
          title={`How is on-call for you? ${open.quarter}, ${open.team?.name ?? ''}`}
          aside={<span>anonymous</span>}
        >
          <p className="text-mute mb-2">
            Nothing joins who answered with what was answered. Results are shown after{' '}
            {new Date(open.closesAt).toLocaleDateString()}, and only from five answers on.
          </p>
          <div className="grid gap-2">
            {items.map((item) => (
              <fieldset key={item} className="flex flex-wrap items-center justify-between gap-3">
                <legend className="float-left">{QUESTIONS[item] ?? item}</legend>
                <span className="flex gap-1">
                  {scale.map((grade) => (
                    <label
                      key={grade}
                      className={`w-10 h-9 grid place-items-center rounded-md border cursor-pointer ${grades[item] === grade ? 'border-text bg-text text-bg font-semibold' : 'border-line bg-raise'}`}
                    >
                      <input
                        type="radio"
                        name={item}
                        className="sr-only"
                        checked={grades[item] === grade}
                        onChange={() => setGrades({ ...grades, [item]: grade })}
                      />
                      {grade}
                    </label>
                  ))}
                </span>
              </fieldset>
            ))}
          </div>
          <div className="mt-3 flex items-center gap-3">
            <Button
              tone="main"
              why={isWhole ? null : 'Seven answers, please'}
              onClick={() => answer.mutate(open.id)}
            >
              Send
            </Button>
            <span className="text-mute text-[12.5px]">1: not at all, 5: fully</span>
          </div>
          <Complaint of={answer.error} />
        </Card>
      ) : null}
      {rounds
        .filter((one) => !one.isOpen || one.hasAnswered)
        .map((one) => (
          <p key={one.id} className="text-mute">
            Survey {one.quarter}, {one.team?.name}: {one.answered} of {one.size} answered.{' '}
            {one.score
              ? `${one.score.score.toFixed(1)} of 5${one.score.isAboveTarget ? '' : ', below the target of 4'}`
              : one.isOpen
                ? 'Thank you. Results come when it is closed.'
                : 'Too few answers to be shown.'}
          </p>
        ))}
    </>
  )
}
