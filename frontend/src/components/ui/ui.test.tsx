import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { faults } from '@/testing/app';
import { Button } from './Button';
import { CheckboxGroup } from './Checkbox';
import { NativeSelect, Textarea, TextInput } from './Field';
import { PasswordInput } from './PasswordInput';

test('a field is named by its label, and described by all that is said of it', async () => {
  render(
    <main>
      <span id="hint">By hand</span>
      <TextInput label="Name" description="Lowercase" error="Taken" aria-describedby="hint" />
      <Textarea label="Reason" description="Optional" />
      <NativeSelect
        label="Role"
        data={['viewer', { group: 'More', items: [{ value: 'op', label: 'Operator' }] }]}
      />
    </main>,
  );
  const name = screen.getByLabelText('Name');
  expect(name).toHaveAccessibleDescription('By hand Lowercase Taken');
  expect(name).toBeInvalid();
  const reason = screen.getByLabelText('Reason');
  expect(reason).toHaveAccessibleDescription('Optional');
  expect(reason).toBeValid();
  expect(screen.getByRole('group', { name: 'More' })).toContainElement(
    screen.getByRole('option', { name: 'Operator' }),
  );
  expect(await faults()).toEqual([]);
});

test('a password is shown on demand, and sent by Enter', async () => {
  const user = userEvent.setup();
  const send = vi.fn();
  render(
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <PasswordInput label="Password" />
    </form>,
  );
  const field = screen.getByLabelText('Password');
  const toggle = screen.getByRole('button', { name: 'Show password' });
  expect(field).toHaveAttribute('type', 'password');
  await user.click(toggle);
  expect(field).toHaveAttribute('type', 'text');
  expect(toggle).toHaveAttribute('aria-pressed', 'true');
  expect(send).not.toHaveBeenCalled();
  await user.type(field, 'secret{Enter}');
  expect(send).toHaveBeenCalledOnce();
});

test('a group of checkboxes is named, and adds and removes its choices', async () => {
  const user = userEvent.setup();
  function Clusters() {
    const [chosen, setChosen] = useState(['one']);
    return (
      <CheckboxGroup
        label="Clusters"
        description="Those that count"
        choices={[
          { value: 'one', label: 'One' },
          { value: 'two', label: 'Two' },
        ]}
        chosen={chosen}
        onChoose={setChosen}
      />
    );
  }
  render(<Clusters />);
  expect(screen.getByRole('group', { name: 'Clusters' })).toHaveAccessibleDescription('Those that count');
  const [one, two] = [screen.getByLabelText('One'), screen.getByLabelText('Two')];
  await user.click(two);
  expect(one).toBeChecked();
  expect(two).toBeChecked();
  await user.click(one);
  expect(one).not.toBeChecked();
  expect(two).toBeChecked();
});

test('a button takes no second press while what it started is under way', async () => {
  const user = userEvent.setup();
  const press = vi.fn();
  const { rerender } = render(<Button onClick={press}>Save</Button>);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  rerender(
    <Button onClick={press} loading>
      Save
    </Button>,
  );
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(press).toHaveBeenCalledOnce();
});
