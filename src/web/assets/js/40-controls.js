// Small things that make the pages quicker to use. Each also works without this script, or is not shown.

// Filters apply as soon as they are chosen.
document.addEventListener('change', ({ target }) => {
  if (target.matches('[data-submit]')) target.form.requestSubmit();
});

// Dialogs, for browsers that do not know `commandfor`; those whose form was refused open by themselves.
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-dialog]');
  if (button === null || 'commandForElement' in HTMLButtonElement.prototype) return;
  document.getElementById(button.dataset.dialog)?.showModal();
});
document.querySelectorAll('dialog[data-open]').forEach((dialog) => dialog.showModal());

// The menu of a narrow screen.
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-menu]');
  if (button === null) return;
  const open = document.body.classList.toggle('menu-open');
  button.setAttribute('aria-expanded', String(open));
});

// What folds out over the page closes when somebody turns to something else.
document.addEventListener('click', ({ target }) => {
  document.querySelectorAll('details.person[open]').forEach((details) => {
    if (!details.contains(target)) details.open = false;
  });
});

// A form is sent once, and says that it is being sent.
document.addEventListener('submit', ({ target, defaultPrevented }) => {
  if (defaultPrevented || !target.matches('[data-form]')) return;
  target.querySelectorAll('button[type=submit]').forEach((button) => {
    button.setAttribute('aria-busy', 'true');
    setTimeout(() => (button.disabled = true));
  });
});
addEventListener('pageshow', () => {
  document.querySelectorAll('[data-form] button[aria-busy]').forEach((button) => {
    button.disabled = false;
    button.removeAttribute('aria-busy');
  });
});

// Copying what a field or a block holds.
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]');
  if (button === null) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent);
  const label = button.querySelector('span') ?? button;
  const before = label.textContent;
  label.textContent = 'Copied';
  setTimeout(() => (label.textContent = before), 2_000);
});

// A word that has to be typed before a button that destroys something can be pressed.
document.addEventListener('input', ({ target }) => {
  if (!target.matches('[data-confirm]')) return;
  const button = target.form.querySelector('button[type=submit]');
  button.disabled = target.value !== target.dataset.confirm;
});
