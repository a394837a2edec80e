import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { TokenShown } from '../../src/contract/sign-in.ts'
import { del, get, post } from '../api.ts'
import { Check, Copyable } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { say } from '../ui/toast.tsx'

/** With the year: most are good for one. */
const dayOf = (at: string): string => new Date(at).toLocaleDateString([], { dateStyle: 'medium' })

/** Tokens that act for me: made, shown once, ended. */
export function OwnTokens() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['security', 'tokens'],
    queryFn: () => get<{ tokens: TokenShown[]; mayHave: string[] }>('/me/tokens'),
  })
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly string[]>([])
  const settled = () => client.invalidateQueries({ queryKey: ['security'] })
  const make = useMutation({
    mutationFn: () => post<{ token: string }>('/me/tokens', { name, scopes }),
    onSuccess: () => {
      setName('')
      setScopes([])
    },
    onSettled: settled,
  })
  const end = useMutation({
    mutationFn: (id: string) => del(`/me/tokens/${id}`),
    onSuccess: () => say('That token is over.'),
    onSettled: settled,
  })
  return (
    <Card title="API tokens that act for me">
      <ul className="divide-y divide-line">
        {(found.data?.tokens ?? []).map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span className="min-w-0 wrap-anywhere">
              {one.name} <code className="font-mono text-[12.5px] text-mute">{one.hint}…</code>
              <span className="block text-mute text-[12.5px]">
                {one.scopes.length === 0 ? 'everything I may' : one.scopes.join(', ')}
                {one.expiresAt ? `, until ${dayOf(one.expiresAt)}` : ''}
              </span>
            </span>
            <Button onClick={() => end.mutate(one.id)}>End</Button>
          </li>
        ))}
      </ul>
      {make.data ? (
        <div role="status" className="grid gap-2 py-2">
          <p>It is shown once. Who has it acts as you.</p>
          <Copyable label="Token" text={make.data.token} />
        </div>
      ) : null}
      <form
        className="grid gap-3 pt-2"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate()
        }}
      >
        <Field
          label="What it is for"
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className="grid gap-1">
          <legend className="text-mute text-[12.5px]">
            What it may do (none chosen: everything you may)
          </legend>
          <div className="flex flex-wrap gap-x-5">
            {(found.data?.mayHave ?? []).map((scope) => (
              <Check
                key={scope}
                label={scope}
                isOn={scopes.includes(scope)}
                onChange={(isOn) =>
                  setScopes(isOn ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
              />
            ))}
          </div>
        </fieldset>
        <Complaint of={found.error ?? make.error ?? end.error} />
        <Button type="submit" className="justify-self-start" disabled={make.isPending}>
          Make a token
        </Button>
      </form>
    </Card>
  )
}
