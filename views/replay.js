// The slider of a replay: shows what the threshold that it stands at would have blocked. Names stand in the page already;
// what comes here are numbers, in the order of the page's rows.
const { thresholds, own, judgedSessions, total, tallies, sessions } = JSON.parse(
  document.getElementById('figures').textContent,
);

const slider = document.getElementById('threshold');
const only = document.getElementById('only');
const marker = document.getElementById('marker');
const marks = [...document.querySelectorAll('.marks button')];
const tallyRows = [...document.querySelectorAll('[data-tally]')].map((row, i) => ({
  ...tallies[i],
  bar: row.querySelector('.bar i'),
  blockedCell: row.querySelector('.blocked'),
  flaggedCell: row.querySelector('.flagged'),
}));
const sessionRows = [...document.querySelectorAll('[data-session]')].map((row, i) => ({
  row,
  lowestScore: sessions[i],
  state: row.querySelector('.state'),
}));

slider.addEventListener('input', show);
only.addEventListener('change', show);
for (const mark of marks) {
  mark.addEventListener('click', () => {
    slider.value = mark.value;
    show();
  });
}
// A browser may bring back where the slider stood.
window.addEventListener('pageshow', show);
show();

function show() {
  const at = Number(slider.value);
  const threshold = signed(thresholds[at]);
  text('value', threshold);
  text('outcome', outcomeAt(at));
  // What follows from it is read aloud as the output.
  slider.setAttribute('aria-valuetext', threshold);
  marker.setAttribute('x1', at);
  marker.setAttribute('x2', at);
  for (const mark of marks) mark.setAttribute('aria-pressed', mark.value === slider.value);
  for (const { calls, blocked, flagged, bar, blockedCell, flaggedCell } of tallyRows) {
    bar.style.width = `${(100 * blocked[at]) / calls}%`;
    blockedCell.textContent = count(blocked[at]);
    flaggedCell.textContent = count(flagged[at]);
  }
  let nListed = 0;
  let nFlips = 0;
  for (const { row, lowestScore, state } of sessionRows) {
    const isFlagged = lowestScore <= thresholds[at];
    const flips = isFlagged !== lowestScore <= thresholds[own];
    const flagged = flips ? 'newly flagged' : 'flagged';
    const notFlagged = flips ? 'no longer flagged' : 'not flagged';
    state.textContent = isFlagged ? flagged : notFlagged;
    row.className = `${isFlagged ? 'flagged' : ''} ${flips ? 'flips' : ''}`;
    row.hidden = only.checked && !flips;
    if (isFlagged) nListed++;
    if (flips) nFlips++;
  }
  const flagged = count(total.flagged[at]);
  text('listed', `Listed: ${count(nListed)} of ${flagged} flagged; ${count(nFlips)} flip.`);
}

function outcomeAt(at) {
  const { calls, blocked, flagged } = total;
  const moved = flagged[at] - flagged[own];
  const more = moved > 0 ? 'more than' : 'fewer than';
  const against = `${moved === 0 ? 'as many as' : `${count(Math.abs(moved))} ${more}`} at the detector’s own threshold`;
  return (
    `${count(blocked[at])} of ${count(calls)} calls blocked (${share(blocked[at], calls)}), ` +
    `${count(flagged[at])} of ${count(judgedSessions)} sessions flagged ` +
    `(${share(flagged[at], judgedSessions)}), ${against}.`
  );
}

function text(id, content) {
  document.getElementById(id).textContent = content;
}

function count(number) {
  return number.toLocaleString('en');
}

function share(part, all) {
  return all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`;
}

function signed(number) {
  return String(number).replace('-', '−');
}
