"""How few minutes of a person bring how good a model: a simulated person with a stated time model.

    python -m benchmarks.human_minutes --data DATA --sets chest_xray nuclei --seeds 0 1 2

`hand` says how long movements take, `correcting` what a person does to one mask, `working` goes through a set
with the real store and fine-tuning. What is found is kept in docs/results/human_minutes.json, run by run.
"""
