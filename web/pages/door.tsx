import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { post } from '../api.ts'
import { Button, Complaint, Field } from '../ui/parts.tsx'

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
    mutationFn: () => post(path, { ...values, ...more }),
    onSuccess: () => location.assign('/'),
  })
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

export const SignInPage = () => (
  <Door title="Sign in" lead="With the address and password of your account here.">
    <EntryForm
      path="/login"
      button="Sign in"
      fields={[EMAIL, { ...PASSWORD, autoComplete: 'current-password' }]}
    />
  </Door>
)

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
