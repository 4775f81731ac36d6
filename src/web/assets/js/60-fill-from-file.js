// A file is put into the text field that is sent, where it can be looked at first. Nothing is sent by choosing it.
async function fill(target) {
  if (!target.matches('input[type=file][data-fill]')) return;
  const [file] = target.files;
  if (file === undefined) return;
  const field = document.getElementById(target.dataset.fill);
  field.value = await file.text();
  field.focus();
}
document.addEventListener('change', ({ target }) => void fill(target));
