"""What the help of view 5's second page says."""

from __future__ import annotations

from components.core.help import Help

HELP = Help(
    about=(
        "Small fully connected networks are trained on real images, to look for the effects of the papers: on the left "
        "against what is varied, on the right over training. With the usual settings the results that come with the "
        "app are shown at once; Train it live computes them again. Every other setting is computed while you watch."
    ),
    heading="Signs",
    legend=(
        ("learnt", "what the networks have done"),
        ("scale-sign", "the value of what is varied, from the least (blue) to the largest (yellow)"),
        ("band-sign", "band: from the least to the largest of the seeds; line: their mean, where a seed is near it"),
        ("nullcline", "chance: the angle of weights drawn afresh"),
    ),
    details=(
        "Accuracy and loss are those of the test images unless they are called training accuracy and training loss. "
        "Where the training accuracy is below 1 a low test accuracy is no sign of poor generalization. Distance is "
        "|w − w(0)| / |w(0)| of all weights; the kernel is the tangent kernel, its ratio that of its size to the "
        "start's, its distance what is left of its change then. Own images: an .npz with the arrays x (images) and y "
        "(whole numbers or strings), of MNIST's or CIFAR's shape, say; x_train and y_train or images and labels are "
        "read, too. It is kept on this server, for anyone with the link, until "
        "newer files need its room. Play: the left figure shows the epoch of the cursor."
    ),
    keys=(
        ("Space", "play, pause"),
        ("P", "pause a run, go on with it"),
        ("← →", "time cursor; with Shift ten times as far; Home and End"),
        ("arrows, +, −, 0", "on a plot that has the focus: move, zoom, whole window"),
    ),
    show_fates=False,
)
