import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { WholeNumber } from './WholeNumber';

function Waves() {
  const [value, setValue] = useState(5);
  return (
    <>
      <WholeNumber label="Wave" description="1 to 50" min={1} max={50} value={value} onChange={setValue} />
      <output>{value}</output>
    </>
  );
}

test('a number may be empty or too much only while it is typed', async () => {
  const user = userEvent.setup();
  render(<Waves />);
  const field = screen.getByLabelText('Wave');
  const taken = screen.getByRole('status');
  await user.clear(field);
  expect(field).toHaveValue(null);
  expect(taken).toHaveTextContent(/^5$/);
  await user.type(field, '12');
  expect(taken).toHaveTextContent(/^12$/);
  await user.type(field, '0');
  expect(field).toHaveValue(120);
  expect(taken).toHaveTextContent(/^50$/);
  await user.tab();
  expect(field).toHaveValue(50);
  await user.clear(field);
  await user.type(field, '0');
  await user.tab();
  expect(field).toHaveValue(1);
});
