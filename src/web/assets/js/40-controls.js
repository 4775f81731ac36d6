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
document.querySelectorAll('dialog[data-open]').forEach((dialog) => {
  dialog.showModal();
  dialog.querySelector('[aria-invalid]')?.focus();
});

// The menu of a narrow screen.
document.addEventListener('click', ({ target }) => {
  const button = document.querySelector('[data-menu]');
  const isButton = button?.contains(target) === true;
  // Elsewhere on the page closes it.
  if (!isButton && (!document.body.classList.contains('menu-open') || target.closest('#menu') !== null)) return;
  const open = document.body.classList.toggle('menu-open', isButton ? undefined : false);
  button.setAttribute('aria-expanded', String(open));
});

// Escape closes what lies over the page, and leads back to what opened it.
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape' || document.querySelector('dialog[open]') !== null) return;
  const person = document.querySelector('details.person[open]');
  const button = document.querySelector('[data-menu][aria-expanded=true]');
  if (person !== null) {
    person.open = false;
    person.querySelector('summary').focus();
  } else if (button !== null) {
    button.click();
    button.focus();
  }
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

// The clipboard is there over TLS and on this machine only; elsewhere the old way still works.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    const back = document.activeElement;
    field.value = text;
    field.className = 'sr-only';
    (back?.closest('dialog') ?? document.body).append(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    back?.focus({ preventScroll: true });
    return isCopied;
  }
}

// Copying what a field or a block holds, or what an address answers.
async function copyFor({ copy, copyFrom }) {
  if (copyFrom === undefined) {
    const source = document.getElementById(copy);
    return await copyText(source.value ?? source.textContent);
  }
  const answer = await fetch(copyFrom).catch(() => undefined);
  return answer?.ok === true && (await copyText(await answer.text()));
}
async function copyBy(target) {
  const button = target.closest('[data-copy], [data-copy-from]');
  if (button === null || button.dataset.copied !== undefined) return;
  const label = button.querySelector('span') ?? button;
  const before = label.textContent;
  button.dataset.copied = '';
  label.textContent = (await copyFor(button.dataset)) ? 'Copied' : 'Not copied';
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.copied;
  }, 2_000);
}
document.addEventListener('click', ({ target }) => void copyBy(target));

// A word that has to be typed before a button that destroys something can be pressed.
document.addEventListener('input', ({ target }) => {
  if (!target.matches('[data-confirm]')) return;
  const button = target.form.querySelector('button[type=submit]');
  button.disabled = target.value !== target.dataset.confirm;
});
