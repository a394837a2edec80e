import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type {
  AuthenticatorShown,
  EnrolmentShown,
  SessionShown,
} from '../../src/contract/sign-in.ts'
import { del, get, post } from '../api.ts'
import { paths } from '../paths.ts'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Ago, Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { say } from '../ui/toast.tsx'
import { CodeField, EnrolmentPicture, RecoveryCodes } from './codes.tsx'
import { deviceOf } from './device.ts'
import { OwnTokens } from './own-tokens.tsx'

/** What opens my door: where I am signed in, codes, the password, and tokens that act for me. */
export function SecurityPage() {
  const codes = useQuery({
    queryKey: ['security', 'codes'],
    queryFn: () => get<AuthenticatorShown>('/me/authenticator'),
    retry: false,
  })
  return (
    <div className="grid gap-4 max-w-2xl">
      <PageHead title="Sign-in and security">
        <Link to={paths.me} className="underline underline-offset-4">
          Me
        </Link>
      </PageHead>
      <Complaint of={codes.error} />
      {codes.data ? (
        <>
          <Sessions />
          <Codes state={codes.data} />
          {codes.data.hasPassword ? <Password /> : null}
          <OwnTokens />
        </>
      ) : codes.error ? null : (
        <Skeleton rows={6} />
      )}
    </div>
  )
}

function useSettled() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['security'] })
}

function Sessions() {
  const settled = useSettled()
  const found = useQuery({
    queryKey: ['security', 'sessions'],
    queryFn: () => get<{ sessions: SessionShown[] }>('/me/sessions'),
  })
  const end = useMutation({
    mutationFn: (id: string) => del(`/me/sessions/${id}`),
    onSuccess: () => say('That session is over.'),
    onSettled: settled,
  })
  const endOthers = useMutation({
    mutationFn: () => del<{ ended: number }>('/me/sessions'),
    onSuccess: ({ ended }) =>
      say(ended === 1 ? 'One session is over.' : `${ended} sessions are over.`),
    onSettled: settled,
  })
  const sessions = found.data?.sessions ?? []
  return (
    <Card title="Where I am signed in">
      <ul className="divide-y divide-line">
        {sessions.map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span>
              {deviceOf(one.device)}
              {one.isCurrent ? <span className="text-done"> this one</span> : null}
              <span className="block text-mute text-[12.5px]">
                since {when(one.createdAt)}
                {one.isCurrent ? null : (
                  <>
                    , last seen <Ago at={one.lastSeenAt} /> ago
                  </>
                )}
              </span>
            </span>
            {one.isCurrent ? null : <Button onClick={() => end.mutate(one.id)}>End</Button>}
          </li>
        ))}
      </ul>
      <Complaint of={found.error ?? end.error ?? endOthers.error} />
      {sessions.length > 1 ? (
        <Button className="mt-2" onClick={() => endOthers.mutate()}>
          End all others
        </Button>
      ) : null}
    </Card>
  )
}

function Codes({ state }: { state: AuthenticatorShown }) {
  const [made, setMade] = useState<readonly string[] | null>(null)
  return (
    <Card
      title="Codes of an authenticator app"
      aside={
        <span className={state.since ? 'text-done' : ''}>
          {state.since ? `on since ${when(state.since)}` : 'off'}
        </span>
      }
    >
      <div className="grid gap-4">
        {made ? <RecoveryCodes codes={made} /> : null}
        {state.since ? (
          <CodesOn state={state} onMade={setMade} />
        ) : (
          <CodesOff state={state} onMade={setMade} />
        )}
      </div>
    </Card>
  )
}

type CodesProps = { state: AuthenticatorShown; onMade: (codes: readonly string[] | null) => void }

function CodesOff({ state, onMade }: CodesProps) {
  const settled = useSettled()
  const [code, setCode] = useState('')
  const begin = useMutation({
    mutationFn: () => post<EnrolmentShown>('/me/authenticator'),
  })
  const confirm = useMutation({
    mutationFn: () => post<{ recoveryCodes: string[] }>('/me/authenticator/confirm', { code }),
    onSuccess: ({ recoveryCodes }) => {
      onMade(recoveryCodes)
      say('Codes are on. Your other sessions are over.')
    },
    onSettled: settled,
  })
  if (!begin.data)
    return (
      <div className="grid gap-3 justify-items-start">
        <p className="text-mute">
          {state.hasPassword
            ? 'With codes on, your password alone opens nothing.'
            : 'You have no password here; codes are asked after a password only.'}
          {state.isRequired ? ' Admins need them here.' : ''}
        </p>
        <Button tone="main" onClick={() => begin.mutate()}>
          Set up codes
        </Button>
        <Complaint of={begin.error} />
      </div>
    )
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        confirm.mutate()
      }}
    >
      <EnrolmentPicture of={begin.data} />
      <CodeField label="The code that the app shows now" value={code} onChange={setCode} />
      <Complaint of={confirm.error} />
      <Button type="submit" tone="main" className="justify-self-start" disabled={confirm.isPending}>
        Switch codes on
      </Button>
    </form>
  )
}

function CodesOn({ state, onMade }: CodesProps) {
  const settled = useSettled()
  const [code, setCode] = useState('')
  const renew = useMutation({
    mutationFn: () =>
      post<{ recoveryCodes: string[] }>('/me/authenticator/recovery-codes', { code }),
    onSuccess: ({ recoveryCodes }) => {
      onMade(recoveryCodes)
      setCode('')
    },
    onSettled: settled,
  })
  const off = useMutation({
    mutationFn: () => post('/me/authenticator/disable', { code }),
    onSuccess: () => {
      onMade(null)
      say('Codes are off. Your other sessions are over.')
    },
    onSettled: settled,
  })
  const why = code ? null : 'Type a code first'
  return (
    <div className="grid gap-4">
      <p className="text-mute">{state.recoveryCodesLeft} recovery codes are left.</p>
      <Field
        label="A code, for either of these"
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <div className="flex flex-wrap gap-3">
        <Button why={why} onClick={() => renew.mutate()}>
          New recovery codes
        </Button>
        <Button
          why={state.isRequired ? 'Admins need codes here' : why}
          onClick={() => off.mutate()}
        >
          Switch codes off
        </Button>
      </div>
      <Complaint of={renew.error ?? off.error} />
    </div>
  )
}

function Password() {
  const settled = useSettled()
  const [old, setOld] = useState('')
  const [password, setPassword] = useState('')
  const change = useMutation({
    mutationFn: () => post('/me/password', { old, password }),
    onSuccess: () => {
      setOld('')
      setPassword('')
      say('The password is changed. Your other sessions are over.')
    },
    onSettled: settled,
  })
  return (
    <Card title="Password">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate()
        }}
      >
        <Field
          label="Old password"
          type="password"
          autoComplete="current-password"
          required
          value={old}
          onChange={(event) => setOld(event.target.value)}
        />
        <Field
          label="New password"
          help="At least 12 characters."
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Complaint of={change.error} />
        <Button type="submit" className="justify-self-start" disabled={change.isPending}>
          Change it
        </Button>
      </form>
    </Card>
  )
}
