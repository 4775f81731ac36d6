// Fields that count only for some words of another field are shown for those. Without this script all of them are there.
function showFitting() {
  document.querySelectorAll('[data-when]').forEach((part) => {
    const word = document.getElementById(part.dataset.when)?.value;
    part.hidden = word !== undefined && !part.dataset.is.split(' ').includes(word);
  });
}
document.addEventListener('change', ({ target }) => {
  if (target.matches('select')) showFitting();
});
showFitting();
