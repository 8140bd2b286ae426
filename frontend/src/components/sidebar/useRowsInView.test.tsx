import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { useRowsInView } from './useRowsInView';

function List({ count, seek }: { count: number; seek?: number }) {
  const { scroller, show, first, end } = useRowsInView({ count, height: 20, beyond: 2 });
  return (
    <div ref={scroller} data-testid="list">
      <button type="button" onClick={() => show(seek ?? 0)}>
        {first} to {end}
      </button>
    </div>
  );
}

/** The rows that are drawn. Elements are 600 px high here: 30 rows. */
const drawn = () => screen.getByRole('button').textContent;

test('only rows in view and some beyond are drawn, also after scrolling', () => {
  render(<List count={1000} />);
  expect(drawn()).toBe('0 to 32');
  const list = screen.getByTestId('list');
  list.scrollTop = 2000;
  fireEvent.scroll(list);
  expect(drawn()).toBe('98 to 132');
});

test('a list that became shorter draws its last rows', () => {
  const { rerender } = render(<List count={1000} />);
  const list = screen.getByTestId('list');
  list.scrollTop = 19_400;
  fireEvent.scroll(list);
  expect(drawn()).toBe('968 to 1000');
  rerender(<List count={10} />);
  expect(drawn()).toBe('8 to 10');
});

test('a row is brought into view by the shortest way, and not at all when it is', () => {
  const scrollTo = vi.spyOn(Element.prototype, 'scrollTo').mockReturnValue();
  const { rerender } = render(<List count={1000} seek={29} />);
  const go = () => fireEvent.click(screen.getByRole('button'));
  go();
  expect(scrollTo).not.toHaveBeenCalled();
  rerender(<List count={1000} seek={30} />);
  go();
  expect(scrollTo).toHaveBeenLastCalledWith({ top: 20 });
  screen.getByTestId('list').scrollTop = 2000;
  rerender(<List count={1000} seek={50} />);
  go();
  expect(scrollTo).toHaveBeenLastCalledWith({ top: 1000 });
  scrollTo.mockRestore();
});
