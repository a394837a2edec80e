import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import type { ActedShown } from '../../src/contract/views.ts'
import { get, post } from '../api.ts'
import { Check, Select } from '../ui/more.tsx'
import { Button, Complaint, Field } from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { type Answers, Questions } from './severity.tsx'

type Named = { slug: string; name: string }

/** A title is enough; everything else can be said later. */
export const Declare = ({
  isOpen,
  onClose,
  alert,
}: {
  isOpen: boolean
  onClose: () => void
  /** It grew out of this alert. */
  alert: string | null
}) => (
  <Sheet title="Declare an incident" isOpen={isOpen} onClose={onClose}>
    {isOpen ? <Form alert={alert} onClose={onClose} /> : null}
  </Sheet>
)

function Form({ alert, onClose }: { alert: string | null; onClose: () => void }) {
  const [title, setTitle] = useState('')
  const [service, setService] = useState('')
  const [level, setLevel] = useState('')
  const [answers, setAnswers] = useState<Answers>({})
  const [isPrivate, setPrivate] = useState(false)
  const [isDrill, setDrill] = useState(false)
  const client = useQueryClient()
  const navigate = useNavigate()
  const services = useQuery({
    queryKey: ['services'],
    queryFn: () => get<{ services: Named[] }>('/services'),
  })
  const declare = useMutation({
    mutationFn: () =>
      post<ActedShown & { result: { number: number } }>('/incidents', {
        title,
        ...(service === '' ? {} : { services: [service] }),
        ...(level === '' ? {} : { severity: Number(level) }),
        ...(alert === null ? {} : { alert }),
        answers,
        private: isPrivate,
        kind: isDrill ? 'drill' : 'normal',
      }),
    onSuccess: ({ result }) => {
      void client.invalidateQueries({ queryKey: ['live'] })
      onClose()
      void navigate({ to: '/incidents/$name', params: { name: `INC-${result.number}` } })
    },
  })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    declare.mutate()
  }
  return (
    <form className="grid gap-4" onSubmit={send}>
      <Field
        label="What is wrong, in a few words"
        value={title}
        maxLength={200}
        autoFocus
        onChange={(event) => setTitle(event.target.value)}
      />
      {alert ? (
        <p className="text-mute">It takes {alert} over: its pages and who answered.</p>
      ) : null}
      <div className="grid gap-3 sm:grid-cols-2">
        <Select
          label="What is affected"
          value={service}
          onChange={(event) => setService(event.target.value)}
          options={[
            { value: '', label: alert ? 'what the alert says' : 'not known yet: nobody is paged' },
            ...(services.data?.services ?? []).map((one) => ({
              value: one.slug,
              label: one.name,
            })),
          ]}
        />
        <Select
          label="How bad"
          value={level}
          onChange={(event) => setLevel(event.target.value)}
          options={[
            { value: '', label: 'as the answers say' },
            ...[1, 2, 3, 4].map((one) => ({ value: String(one), label: `SEV${one}` })),
          ]}
        />
      </div>
      <details>
        <summary className="cursor-pointer">
          What is known: the rules make the severity of it
        </summary>
        <div className="pt-3">
          <Questions answers={answers} onChange={setAnswers} />
        </div>
      </details>
      <div className="flex flex-wrap gap-x-5">
        <Check label="Private: for the team alone" isOn={isPrivate} onChange={setPrivate} />
        <Check label="An exercise" isOn={isDrill} onChange={setDrill} />
      </div>
      <Complaint of={declare.error} />
      <Button
        type="submit"
        tone="main"
        className="justify-self-start"
        disabled={declare.isPending}
        why={title.trim() === '' ? 'Say what is wrong' : null}
      >
        Declare
      </Button>
    </form>
  )
}
