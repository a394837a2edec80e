import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { WaysShown } from '../../src/contract/sign-in.ts'
import { get, post } from '../api.ts'
import { Button, Complaint, Field } from '../ui/parts.tsx'
import { type Entry, SecondStep } from './second-step.tsx'

const Door = ({ title, lead, children }: { title: string; lead: string; children: ReactNode }) => (
  <main className="min-h-dvh grid place-items-center p-5">
    <div className="w-full max-w-sm grid gap-5">
      <div>
        <p className="text-done font-semibold">Allclear</p>
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="text-mute mt-1">{lead}</p>
      </div>
      {children}
    </div>
  </main>
)

/** One form for the three ways in: what differs is what is asked and where it goes. */
function EntryForm({
  path,
  button,
  fields,
  more,
}: {
  path: string
  button: string
  fields: { name: string; label: string; type: string; autoComplete: string; help?: string }[]
  more?: Record<string, string>
}) {
  const [values, setValues] = useState<Record<string, string>>({})
  const enter = useMutation({
    mutationFn: () => post<Entry>(path, { ...values, ...more }),
    onSuccess: (entry) => (entry.needs ? undefined : location.assign('/')),
  })
  if (enter.data?.needs) return <SecondStep entry={enter.data} onAgain={() => location.reload()} />
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        enter.mutate()
      }}
    >
      {fields.map(({ name, ...field }) => (
        <Field
          key={name}
          {...field}
          name={name}
          required
          value={values[name] ?? ''}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
        />
      ))}
      <Complaint of={enter.error} />
      <Button type="submit" tone="main" disabled={enter.isPending}>
        {button}
      </Button>
    </form>
  )
}

const PASSWORD = { name: 'password', label: 'Password', type: 'password' }
const EMAIL = { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'username' }

const PasswordForm = () => (
  <EntryForm
    path="/login"
    button="Sign in"
    fields={[EMAIL, { ...PASSWORD, autoComplete: 'current-password' }]}
  />
)

/** What became of a sign-in through the provider, in the words of its address. */
const PROBLEMS: Readonly<Record<string, string>> = {
  refused: 'That sign-in was not accepted. Try again, or ask an admin whether you have an account.',
  unreachable: 'The sign-in provider does not answer. Admins can use their password.',
  off: 'Nobody has set up a sign-in provider here.',
}

export function SignInPage() {
  const ways = useQuery({
    queryKey: ['ways'],
    queryFn: () => get<WaysShown>('/sign-in/ways'),
    retry: false,
  })
  const problem = PROBLEMS[new URLSearchParams(location.search).get('problem') ?? '']
  const provider = ways.data?.provider
  if (ways.isPending) return null
  if (!provider)
    return (
      <Door title="Sign in" lead="With the address and password of your account here.">
        <Complaint of={problem} />
        <PasswordForm />
      </Door>
    )
  return (
    <Door title="Sign in" lead="As you do elsewhere at work, or with your password here.">
      <Complaint of={problem} />
      <a
        href={provider.url}
        className="rounded-md px-3 py-2 min-h-11 grid place-items-center border border-text bg-text text-bg font-semibold hover:opacity-90 wrap-anywhere"
      >
        Continue with {provider.label}
      </a>
      <details open={ways.data?.passwords === 'everyone' || problem === PROBLEMS.unreachable}>
        <summary className="text-mute cursor-pointer min-h-9 content-center">
          {ways.data?.passwords === 'admins'
            ? 'Admins may use their password'
            : 'Use a password instead'}
        </summary>
        <div className="pt-3">
          <PasswordForm />
        </div>
      </details>
    </Door>
  )
}

export const SetupPage = () => (
  <Door
    title="You are the first"
    lead="This makes your account, with the right to change everything. The link works once."
  >
    <EntryForm
      path="/setup"
      button="Make my account"
      more={{
        secret: location.hash.slice(1),
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      }}
      fields={[
        { name: 'name', label: 'Your name', type: 'text', autoComplete: 'name' },
        EMAIL,
        { ...PASSWORD, autoComplete: 'new-password', help: 'At least 12 characters.' },
      ]}
    />
  </Door>
)

export const WelcomePage = () => (
  <Door title="Welcome" lead="Choose a password, and you are in.">
    <EntryForm
      path="/invitations/accept"
      button="Go in"
      more={{ secret: location.hash.slice(1) }}
      fields={[{ ...PASSWORD, autoComplete: 'new-password', help: 'At least 12 characters.' }]}
    />
  </Door>
)
