import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { daysOf } from './activity/days';
import { Time } from './Time';

const inAnHour = new Date(Date.now() + 3_600_500).toISOString();

// A clock that is wrong must not look like a success of the moment.
test('a time of the future is an error', () => {
  render(<Time at={inAnHour} prefix="Synced " />);
  expect(screen.getByRole('time')).toHaveTextContent(/^in the future: a clock is wrong$/);
});

test('something that lasts since the future is an error, too', () => {
  render(<Time at={inAnHour} prefix="For " lasting />);
  expect(screen.getByRole('time')).toHaveTextContent(/^in the future: a clock is wrong$/);
});

test('what is to come is no error', () => {
  render(<Time at={inAnHour} prefix="Expires " ahead />);
  expect(screen.getByRole('time')).toHaveTextContent('Expires in 1 h');
});

test('clocks may differ a little', () => {
  render(<Time at={new Date(Date.now() + 20_000).toISOString()} />);
  expect(screen.getByRole('time')).toHaveTextContent('just now');
});

test('the days of what happened say it, too', () => {
  expect(daysOf([{ at: inAnHour }], Date.now()).map(({ name }) => name)).toEqual([
    'In the future: a clock is wrong',
  ]);
});
